/** As much of node:assert/strict as our tests need, in a browser. */

function fail(message, actual, expected) {
  throw new Error(`${message ?? "Assertion failed"}\n  actual:   ${show(actual)}\n  expected: ${show(expected)}`);
}

function show(value) {
  return value === undefined ? "undefined" : JSON.stringify(value);
}

function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

function ok(value, message) {
  if (!value) fail(message, value, true);
}

function equal(actual, expected, message) {
  if (!Object.is(actual, expected)) fail(message, actual, expected);
}

function deepEqual(actual, expected, message) {
  if (!same(actual, expected)) fail(message, actual, expected);
}

async function rejects(promise, matches) {
  try {
    await promise;
  } catch (error) {
    for (const [key, value] of Object.entries(matches ?? {})) equal(error[key], value, key);
    return;
  }
  throw new Error("It did not reject.");
}

export default { ok, equal, deepEqual, rejects };
