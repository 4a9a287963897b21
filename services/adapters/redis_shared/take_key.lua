-- Count a key that came from an address.
-- KEYS: times of the address's last wrong keys, newest first; number of ignored keys; time of the last right key
-- ARGV: now in seconds, 1 if the key is right, wrong keys that lock out, within these seconds, for these seconds,
--       seconds for which a right key counts, ignored keys that end that
-- Returns the seconds for which keys are ignored, as text, and 1 if a lockout began.
local now, limit, window, cool_down = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local function is_full(times) return #times == limit and times[1] - times[limit] <= window end
local wrong, wait = redis.call('LRANGE', KEYS[1], 0, -1), 0
if is_full(wrong) then wait = math.max(0, wrong[1] + cool_down - now) end
if wait > 0 then
  local right = redis.call('GET', KEYS[3])
  local ignored = tonumber(redis.call('GET', KEYS[2]) or 0)
  local spares = right and now - right <= tonumber(ARGV[6]) and ignored < tonumber(ARGV[7])
  if ARGV[2] == '0' or not spares then
    redis.call('INCR', KEYS[2])
    redis.call('EXPIRE', KEYS[2], cool_down + window)
    return {tostring(wait), 0}
  end
end
if ARGV[2] == '1' then
  redis.call('SET', KEYS[3], ARGV[1], 'EX', ARGV[6])
  return {'0', 0}
end
if is_full(wrong) then redis.call('DEL', KEYS[1], KEYS[2]) end  -- after a cool-down it starts from zero
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, limit - 1)
redis.call('EXPIRE', KEYS[1], cool_down + window)
return {'0', is_full(redis.call('LRANGE', KEYS[1], 0, -1)) and 1 or 0}
