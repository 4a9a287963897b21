-- Put match records on top of their lists, each unless its camera has shown a newer frame already.
-- One script, so that any number of search processes may share a camera's frames.
-- KEYS: all cameras' list, the id counter, and for each record its camera's list, its camera's state, its
--       camera's votes, its camera's mean, and its camera's last minute's frames
-- ARGV: records to keep of all, and of a camera, channel, votes to keep, ms that a capture time may be ahead,
--       seconds for which a mean is kept, ms between frames, frames to keep, and for each record itself without
--       its id, its session or '', seq or '', captured (ms), vote or '', mean or '' for the present one, frame
--       or '', and the version of its camera's memory that the caller knows (memories.lua)
-- Gives for each record its id and 1 if that was the version, false for one that was dropped, or an error.
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)

-- Push the record whose keys and arguments follow these places.
local function push(key, value)
  local all, counter = KEYS[1], KEYS[2]
  local list, state, votes, mean, frames = unpack(KEYS, key + 1, key + 5)
  local text, session, seq, captured_ms, vote, new_mean, frame, known = unpack(ARGV, value + 1, value + 8)
  local last = redis.call('HMGET', state, 'session', 'seq', 'captured_ms')
  local captured, before = tonumber(captured_ms), tonumber(last[3])
  -- A memory of the future counts for nothing: one wrong clock must not silence the camera until that time.
  if before and before <= now_ms + ARGV[5] then
    -- Of one session either will do: the clock may be set back, and a wrong number may be higher than all others.
    local same = session ~= '' and last[1] == session
    if captured < before and not (same and tonumber(seq) > tonumber(last[2])) then return false end
    if captured == before and same and tonumber(seq) <= tonumber(last[2]) then return false end
  end
  local version = (last[1] or '') .. '/' .. (last[2] or '') .. '/' .. (last[3] or '')
  redis.call('HSET', state, 'session', session, 'seq', seq, 'captured_ms', captured_ms)
  redis.call('HDEL', state, 'clock_bad', 'clock_offset_s')
  redis.call('EXPIRE', state, 86400)
  -- The counter begins at the clock's milliseconds: ids go on rising when Redis comes back with nothing,
  -- and who asks for "newer than" is not left waiting.
  if redis.call('EXISTS', counter) == 0 then
    redis.call('SET', counter, string.format('%.0f', now_ms))
  end
  local id = redis.call('INCR', counter)
  local record = string.format('{"id":%.0f,', id) .. string.sub(text, 2)
  redis.call('LPUSH', all, record)
  redis.call('LTRIM', all, 0, ARGV[1] - 1)
  redis.call('LPUSH', list, record)
  redis.call('LTRIM', list, 0, ARGV[2] - 1)
  -- Names of cameras may be invented: what is kept of one that is silent goes after a day.
  redis.call('EXPIRE', list, 86400)
  if vote ~= '' then
    redis.call('LPUSH', votes, vote)
    redis.call('LTRIM', votes, 0, ARGV[4] - 1)
    redis.call('EXPIRE', votes, 60)
  end
  if new_mean ~= '' then
    redis.call('SET', mean, new_mean, 'EX', ARGV[6])
  else
    redis.call('EXPIRE', mean, ARGV[6])
  end
  if frame ~= '' then
    local noted = tonumber(redis.call('HGET', state, 'seen_ms') or 0)
    -- A clock that was set back begins again.
    if captured >= noted + ARGV[7] or captured < noted then
      redis.call('HSET', state, 'seen_ms', captured_ms)
      redis.call('LPUSH', frames, frame)
      redis.call('LTRIM', frames, 0, ARGV[8] - 1)
    end
    redis.call('EXPIRE', frames, 60)
  end
  redis.call('PUBLISH', ARGV[3], record)
  return {id, version == known and 1 or 0}
end

local results = {}
for n = 1, (#KEYS - 2) / 5 do
  -- What is wrong with one camera's keys must not keep the others' records out.
  local pushed, result = pcall(push, 5 * n - 3, 8 * n)
  if not pushed and type(result) ~= 'table' then result = redis.error_reply(tostring(result)) end
  results[n] = result
end
return results
