-- Keep one change that can be undone, and drop those that are too old or too many.
-- KEYS: changes by token, their times, what they weigh and hold (JSON)
-- ARGV: token, change, its time in seconds, what it weighs and holds, the oldest time to keep, changes to keep,
--       bytes to keep, seconds after which all of it goes
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
local tokens, bytes = redis.call('ZREVRANGE', KEYS[2], 0, -1), 0
for place, token in ipairs(tokens) do
  local held = redis.call('HGET', KEYS[3], token)
  bytes = bytes + (held and cjson.decode(held).bytes or 0)
  local is_old = tonumber(redis.call('ZSCORE', KEYS[2], token)) < tonumber(ARGV[5])
  if is_old or place > tonumber(ARGV[6]) or bytes > tonumber(ARGV[7]) then
    redis.call('HDEL', KEYS[1], token)
    redis.call('ZREM', KEYS[2], token)
    redis.call('HDEL', KEYS[3], token)
  end
end
for i = 1, 3 do redis.call('EXPIRE', KEYS[i], ARGV[8]) end
