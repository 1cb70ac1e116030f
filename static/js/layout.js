/**
 * Runs before the page is drawn, so that nothing on it moves when the client has come: what is only for those without
 * script is not there from the start, and the column for details has its place where it was left open.
 */

if ("noModule" in HTMLScriptElement.prototype) {
  document.documentElement.dataset.script = "on";
  // A client that cannot be fetched, or that an old browser does not understand, is as good as none.
  const failed = () => customElements.get("parley-chat") || delete document.documentElement.dataset.script;
  addEventListener("error", failed, true);
}

try {
  if (localStorage.getItem("parley-details") === "open") document.documentElement.dataset.details = "open";
} catch {
  // Where nothing may be kept, it begins closed.
}
