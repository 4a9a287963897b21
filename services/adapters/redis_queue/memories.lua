-- What is remembered of cameras, all in one answer, and without what the caller knows.
-- KEYS: for each camera its state, its votes and its mean
-- ARGV: votes to read, and for each camera the version of its memory that the caller knows, or ''
-- Gives for each camera its version, when the last frame of its last minute was captured (ms) or '', and unless the
-- version is the known one its votes and its mean or ''. The version changes with each push of any process.
local found = {}
for n = 1, #KEYS / 3 do
  local state, votes, mean = unpack(KEYS, 3 * n - 2, 3 * n)
  local last = redis.call('HMGET', state, 'session', 'seq', 'captured_ms', 'seen_ms')
  local version = (last[1] or '') .. '/' .. (last[2] or '') .. '/' .. (last[3] or '')
  found[n] = {version, last[4] or ''}
  -- Votes go sooner than the state.
  if version ~= ARGV[n + 1] or redis.call('EXISTS', votes) == 0 then
    found[n][3] = redis.call('LRANGE', votes, 0, ARGV[1] - 1)
    found[n][4] = redis.call('GET', mean) or ''
  end
end
return found
