-- Replace a camera's state unless another function has done so; returns 1 if it is replaced, 0 if not, and 2 for
-- a further camera for which there is no room.
-- KEYS: states by camera
-- ARGV: camera, the SHA-1 of the state to be replaced or '' for none, the new one or '' to forget it, cameras to
--       keep, seconds after which all is forgotten
local now = redis.call('HGET', KEYS[1], ARGV[1])
if (now and redis.sha1hex(now) or '') ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return 1
end
if not now and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then return 2 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
