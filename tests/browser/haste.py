"""Somebody in great haste, who goes to another room in the midst of everything."""

HASTE = """async ([seed, steps]) => {
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const any = (all) => all[Math.floor(random() * all.length)];
  const [files, context, head] = ["files", "context", "room-name"]
    .map((name) => document.querySelector(`[data-slot=${name}]`));
  const box = document.querySelector("textarea[name=body]");
  const made = [];
  const name = (ending = "") => {
    const here = box.placeholder.replace("Write to ", "");
    if (head.textContent !== here) throw new Error(`It says both ${here} and ${head.textContent}`);
    made.push(`${here.split(" ")[0]}-${Math.abs(seed)}-${made.length}${ending}`);
    return made.at(-1);
  };
  const press = (key, at = box) =>
    at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const acts = {
    go: () => any([...document.querySelectorAll(".row")]).click(),
    write: () => {
      if (!context.hidden && context.textContent.includes("Edit")) return press("Escape");
      box.setRangeText(`${name()} `, box.value.length, box.value.length, "end");
      return box.dispatchEvent(new InputEvent("input", { inputType: "insertText", data: " ", bubbles: true }));
    },
    send: () => press("Enter"),
    attach: () => {
      const data = new DataTransfer();
      data.items.add(new File(["of the sea"], name(".txt"), { type: "text/plain" }));
      files.files = data.files;
      files.dispatchEvent(new Event("change", { bubbles: true }));
    },
    answer: () => {
      const row = any([...document.querySelectorAll("main .message:not(.message--system, .message--pending)")]);
      row?.focus();
      if (row) press("r", row);
    },
    edit: () => press("ArrowUp"),
    leave: () => press("Escape"),
    rest: () => new Promise((done) => setTimeout(done, random() * 60)),
  };
  const often = { go: 2, write: 3, send: 2, attach: 1, answer: 1, edit: 1, leave: 1, rest: 2 };
  const habits = Object.entries(often).flatMap(([act, times]) => Array(times).fill(act));
  for (let step = 0; step < steps; step += 1) await acts[any(habits)]();
  await new Promise((done) => setTimeout(done));
  return made;
}"""
"""Acts so many steps long, always the same ones for a seed.

Each word, and each file, is like no other and called after the room whose name stands in the box at that moment. It
answers all of them.
"""

STORED = """async (user) => {
  const settled = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  for (const what of ["files", "outbox"]) {
    const database = await settled(indexedDB.open(`parley-${what}-${user}`));
    await settled(database.transaction("entries", "readwrite").objectStore("entries").count());
    database.close();
  }
}"""
"""Waits until all is stored that was to be: what writes to a storage waits for what wrote before."""
