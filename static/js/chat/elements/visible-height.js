/**
 * Above the keyboard of a phone: where that lies over the page and does not make it smaller, as on iOS, the page is as
 * high as what is left of the screen. Loaded where one touches.
 */

/** @param {AbortSignal} signal */
export function keepVisible(signal) {
  const screen = globalThis.visualViewport;
  const root = document.documentElement;
  const fit = () => {
    if (!screen) return;
    // Enlarged by two fingers one sees a part of the page, which is as high as before.
    const height = Math.round(screen.height * screen.scale);
    if (height < root.clientHeight - 1) root.style.setProperty("--visible", `${height}px`);
    else root.style.removeProperty("--visible");
    // The browser has moved the page to show the field: it is in view anyway.
    if (screen.scale === 1 && scrollY) scrollTo(0, 0);
  };
  screen?.addEventListener("resize", fit, { signal });
  fit();
}
