-- Keep a camera's status if there is room for it; returns 1 if it is kept.
-- KEYS: statuses by camera (JSON), when each was heard
-- ARGV: camera, status or '' to forget it, now in seconds, cameras to keep, seconds after which a silent camera is
--       gone, seconds after which all is forgotten
local thing, now = ARGV[1], tonumber(ARGV[3])
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], thing)
  redis.call('ZREM', KEYS[2], thing)
  return 1
end
if redis.call('HEXISTS', KEYS[1], thing) == 0 and redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[4]) then
  -- Cameras that live are kept: anybody who may publish can invent names.
  local gone = nil
  for _, each in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    local silent = now - redis.call('ZSCORE', KEYS[2], each)
    local status = redis.call('HGET', KEYS[1], each)
    if silent > tonumber(ARGV[5]) or not status or cjson.decode(status).state == 'offline' then
      gone = each
      break
    end
  end
  if not gone then return 0 end
  redis.call('HDEL', KEYS[1], gone)
  redis.call('ZREM', KEYS[2], gone)
end
redis.call('HSET', KEYS[1], thing, ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], thing)
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('EXPIRE', KEYS[2], ARGV[6])
return 1
