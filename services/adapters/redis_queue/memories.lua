-- What is remembered of cameras, all in one answer.
-- KEYS: for each camera its votes and its mean
-- ARGV: votes to read
local found = {}
for n = 1, #KEYS, 2 do
  found[n] = redis.call('LRANGE', KEYS[n], 0, ARGV[1] - 1)
  found[n + 1] = redis.call('GET', KEYS[n + 1])
end
return found
