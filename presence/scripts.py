"""The Lua that changes presence in Redis. Each script is one atomic step and returns what is to be announced.

Keys, below the prefix in KEYS[1] (their names depend on the users, so they are built in the script: one Redis or
one Sentinel group, not a Redis Cluster; the channel layer has the same limit):

    leases:<user>   hash    lease id → "<expiry in ms> a" (active) or "… i" (idle)
    online          zset    user → the time in ms at which he is offline if nothing happens
    statuses        hash    user → what was last announced: "active" or "away"; nobody else is in it

All time is Redis TIME: workers whose clocks differ agree about who is here. A change is returned as three strings:
user, status, and the time in ms it is true since.
"""

_COMMON = """
local prefix = KEYS[1]
local online, statuses = prefix .. 'online', prefix .. 'statuses'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local changes = {}

local function announce(user, status, at)
  changes[#changes + 1] = user
  changes[#changes + 1] = status
  changes[#changes + 1] = string.format('%.0f', at)
end

-- Brings `online` and `statuses` in line with the leases that still hold. False if there are none.
local function settle(user)
  local key = prefix .. 'leases:' .. user
  local held = redis.call('HGETALL', key)
  local status, last = nil, 0
  for i = 1, #held, 2 do
    local expiry, mode = string.match(held[i + 1], '^(%d+) (%a)$')
    expiry = tonumber(expiry)
    if expiry <= now then
      redis.call('HDEL', key, held[i])
    else
      last = math.max(last, expiry)
      if mode == 'a' then status = 'active' elseif not status then status = 'away' end
    end
  end
  if not status then return false end
  redis.call('ZADD', online, last, user)
  if redis.call('HGET', statuses, user) ~= status then
    redis.call('HSET', statuses, user, status)
    announce(user, status, now)
  end
  return true
end
"""

# ARGV: length of a lease in ms, then user, lease, mode for each. Makes what is missing, so the next renewal
# brings everybody back after Redis was emptied.
RENEW = (
    _COMMON
    + """
local expiry = string.format('%.0f', now + ARGV[1])
local touched, order = {}, {}
for i = 2, #ARGV, 3 do
  local user = ARGV[i]
  redis.call('HSET', prefix .. 'leases:' .. user, ARGV[i + 1], expiry .. ' ' .. ARGV[i + 2])
  if not touched[user] then
    touched[user] = true
    order[#order + 1] = user
  end
end
for _, user in ipairs(order) do settle(user) end
return changes
"""
)

# ARGV: grace in ms, then user, lease for each. Nobody is offline at once: the sweep announces it after the grace.
CLOSE = (
    _COMMON
    + """
for i = 2, #ARGV, 2 do
  local user = ARGV[i]
  local removed = redis.call('HDEL', prefix .. 'leases:' .. user, ARGV[i + 1])
  if removed == 1 and not settle(user) then
    redis.call('ZADD', online, now + ARGV[1], user)
  end
end
return changes
"""
)

# ARGV: how many people at most. Whoever removes somebody announces it; the other workers find him gone.
SWEEP = (
    _COMMON
    + """
local due = redis.call('ZRANGE', online, '-inf', string.format('%.0f', now),
  'BYSCORE', 'LIMIT', 0, ARGV[1], 'WITHSCORES')
for i = 1, #due, 2 do
  local user = due[i]
  if not settle(user) then
    redis.call('ZREM', online, user)
    redis.call('HDEL', statuses, user)
    announce(user, 'offline', tonumber(due[i + 1]))
  end
end
return changes
"""
)
