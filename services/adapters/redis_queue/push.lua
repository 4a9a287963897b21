-- Put one match record on top of both lists, unless the camera has shown a newer frame already.
-- One script, so that any number of search processes may share a camera's frames.
-- KEYS: all cameras' list, this camera's list, this camera's state, the id counter, this camera's votes,
--       its mean, its last minute's frames
-- ARGV: record without its id, session or '', seq or '', captured (ms), records to keep of all, and of this
--       camera, channel, vote or '', votes to keep, ms that a capture time may be ahead, mean or '' for the
--       present one, seconds for which it is kept, frame or '', ms between frames, frames to keep
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.call('HMGET', KEYS[3], 'session', 'seq', 'captured_ms')
local captured, before = tonumber(ARGV[4]), tonumber(last[3])
-- A memory of the future counts for nothing: one wrong clock must not silence the camera until that time.
if before and before <= now_ms + ARGV[10] then
  -- Of one session either will do: the clock may be set back, and a wrong number may be higher than all others.
  local same = ARGV[2] ~= '' and last[1] == ARGV[2]
  if captured < before and not (same and tonumber(ARGV[3]) > tonumber(last[2])) then return false end
  if captured == before and same and tonumber(ARGV[3]) <= tonumber(last[2]) then return false end
end
redis.call('HSET', KEYS[3], 'session', ARGV[2], 'seq', ARGV[3], 'captured_ms', ARGV[4])
redis.call('HDEL', KEYS[3], 'clock_bad', 'clock_offset_s')
redis.call('EXPIRE', KEYS[3], 86400)
-- The counter begins at the clock's milliseconds: ids go on rising when Redis comes back with nothing,
-- and who asks for "newer than" is not left waiting.
if redis.call('EXISTS', KEYS[4]) == 0 then
  redis.call('SET', KEYS[4], string.format('%.0f', now_ms))
end
local id = redis.call('INCR', KEYS[4])
local record = string.format('{"id":%.0f,', id) .. string.sub(ARGV[1], 2)
for i = 1, 2 do
  redis.call('LPUSH', KEYS[i], record)
  redis.call('LTRIM', KEYS[i], 0, ARGV[4 + i] - 1)
end
-- Names of cameras may be invented: what is kept of one that is silent goes after a day.
redis.call('EXPIRE', KEYS[2], 86400)
if ARGV[8] ~= '' then
  redis.call('LPUSH', KEYS[5], ARGV[8])
  redis.call('LTRIM', KEYS[5], 0, ARGV[9] - 1)
  redis.call('EXPIRE', KEYS[5], 60)
end
if ARGV[11] ~= '' then
  redis.call('SET', KEYS[6], ARGV[11], 'EX', ARGV[12])
else
  redis.call('EXPIRE', KEYS[6], ARGV[12])
end
if ARGV[13] ~= '' then
  local noted = tonumber(redis.call('HGET', KEYS[3], 'seen_ms') or 0)
  -- A clock that was set back begins again.
  if captured >= noted + ARGV[14] or captured < noted then
    redis.call('HSET', KEYS[3], 'seen_ms', ARGV[4])
    redis.call('LPUSH', KEYS[7], ARGV[13])
    redis.call('LTRIM', KEYS[7], 0, ARGV[15] - 1)
  end
  redis.call('EXPIRE', KEYS[7], 60)
end
redis.call('PUBLISH', ARGV[7], record)
return id
