/** Runs the test module named in the address and leaves the outcome for whoever opened this page. */

import { run } from "node:test";

const file = new URLSearchParams(location.search).get("file");
try {
  await import(`../${file}`);
  window.outcome = await run();
} catch (error) {
  window.outcome = [{ name: file, error: String(error?.stack ?? error) }];
}
