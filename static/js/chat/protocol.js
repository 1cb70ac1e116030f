/**
 * The wire protocol, version 1: names of frames, close codes and limits.
 *
 * Mirrors `chat/protocol.py`; a test compares the two. Nothing here knows what a frame means.
 */

export const SUBPROTOCOL = "parley.v1";

/** Frames a client may send. */
export const CLIENT_FRAMES = Object.freeze([
  "message.send",
  "message.edit",
  "message.delete",
  "message.restore",
  "message.pin",
  "reaction.set",
  "room.read",
  "room.delivered",
  "typing.start",
  "presence.watch",
  "presence.set",
  "sync",
  "ping",
]);

/** Frames a server may send; a client ignores any other. */
export const SERVER_FRAMES = Object.freeze([
  "ready",
  "reply",
  "error",
  "message",
  "receipt",
  "typing",
  "presence",
  "status",
  "user",
  "saved",
  "reminder",
  "invited",
  "notice",
  "room",
  "room.left",
  "synced",
  "restart",
  "pong",
]);

/** Why a server closed the socket. Reasons never arrive in words, so the code is all there is. */
export const CLOSE = Object.freeze({
  MALFORMED: 4400,
  SIGNED_OUT: 4401,
  TOO_MANY_SOCKETS: 4409,
  FLOODING: 4429,
  BEHIND: 4503,
  RESTARTING: 4012,
});

/** Defaults until `ready` says otherwise: characters of a message, bytes of a frame. */
export const LIMITS = Object.freeze({ body: 10_000, frame: 65_536 });

/** The most users one socket may watch. */
export const WATCH_LIMIT = 200;

/** Milliseconds. */
export const REQUEST_TIMEOUT = 10_000;
export const HEARTBEAT = 25_000;
export const SILENCE = 60_000;
const BACKOFF_FIRST = 500;
export const BACKOFF_MOST = 30_000;
export const TYPING_EVERY = 3_000;
export const TYPING_LASTS = 6_000;
export const IDLE_AFTER = 300_000;

/**
 * Full jitter: anything between nothing and 0.5 s × 2^attempt, 30 s at most, so that a thousand clients
 * which lost one server do not come back in one wave.
 *
 * @param {number} attempt from 0
 * @param {() => number} [random]
 */
export function backoff(attempt, random = Math.random) {
  return random() * Math.min(BACKOFF_MOST, BACKOFF_FIRST * 2 ** attempt);
}
