/** As much of node:test as our tests need, in a browser. */

const tests = [];

export default function test(name, body) {
  tests.push({ name, body });
}

export async function run() {
  const outcome = [];
  for (const { name, body } of tests) {
    try {
      await body();
      outcome.push({ name, error: null });
    } catch (error) {
      outcome.push({ name, error: String(error?.stack ?? error) });
    }
  }
  return outcome;
}
