"""What is wrong with a page for eyes that need it otherwise: in the few colours of a system, or with letters apart."""

LOST_COLOURS = r"""() => {
  const faults = [];
  const report = (what, { localName, className, textContent }) =>
    faults.push(`${what}: ${localName}.${className} ${textContent.trim().slice(0, 30)}`);
  const seen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = "Canvas";
  const canvas = getComputedStyle(probe).color;
  probe.remove();
  const clear = (colour) => /^rgba.*, 0\)$|\/ 0\)$/.test(colour);
  const blank = (colour) => clear(colour) || colour === canvas;
  const edged = ({ borderTopStyle, outlineStyle }) => borderTopStyle !== "none" || outlineStyle !== "none";
  const says = ({ childNodes }) => [...childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());
  const fills = "svg, img, canvas, video, audio, input, select, textarea, progress";
  const shown = (node) => says(node) || node.matches(fills);
  const empty = (node) => ![node, ...node.querySelectorAll(":not(.visually-hidden, .visually-hidden *)")].some(shown);
  const small = ({ width, height }) => Math.min(width, height) > 3 && Math.max(width, height) < 65;
  const partsOf = (node) => ["::before", "::after"].map((part) => getComputedStyle(node, part));

  for (const node of [...document.querySelectorAll("body *:not(svg *, .visually-hidden, .skip)")].filter(seen)) {
    const style = getComputedStyle(node);
    const parts = partsOf(node).filter(({ content }) => content !== "none");
    const masked = [style, ...parts].filter(({ maskImage }) => maskImage !== "none");
    if (masked.some(({ backgroundColor }) => blank(backgroundColor))) report("it cannot be seen", node);
    const size = node.getBoundingClientRect();
    const drawn = edged(style) || !blank(style.backgroundColor) || style.backgroundImage !== "none" || parts.length;
    const tells = !node.closest("[aria-hidden=true]");
    if (tells && !drawn && small(size) && empty(node)) report("it was only a ground", node);
    const over = ["absolute", "fixed"].includes(style.position) && !clear(style.backgroundColor);
    if (over && !edged(style) && size.width < innerWidth - 2 && !empty(node)) report("it has no edge", node);
  }
  const states = ["[aria-current=page]", "[aria-selected=true]", "[aria-pressed=true]", "label:has(:checked)"];
  for (const node of [...document.querySelectorAll(states.join())].filter(seen)) {
    const own = node.querySelector(":checked");
    const marked = getComputedStyle(node).outlineStyle !== "none" || (own && getComputedStyle(own).opacity === "1");
    if (!marked) report("nothing shows that it is chosen", node);
  }
  const field = document.activeElement?.closest(".composer__box, .find, .search");
  if (field && getComputedStyle(field).outlineStyle === "none") report("nothing shows that one writes there", field);
  return faults;
}"""
"""Of a page in forced colours: what was drawn by a ground or through a mask, what is chosen, where one writes, and the
edges of what lies over the page."""

CUT_OFF = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-block-end: 2em !important; }
  `);
  document.adoptedStyleSheets = [sheet];
  const says = ({ childNodes }) => [...childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());
  const hides = (overflow) => ["hidden", "clip"].includes(overflow);
  const isCut = (node) => {
    const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(node);
    const { clientWidth, scrollWidth, clientHeight, scrollHeight } = node;
    if (clientWidth <= 1 || webkitLineClamp !== "none") return false; // for those who listen; shortened with a mark
    const wide = hides(overflowX) && textOverflow !== "ellipsis" && scrollWidth > clientWidth;
    return wide || (hides(overflowY) && scrollHeight > clientHeight + 1);
  };
  const root = document.documentElement;
  const faults = root.scrollWidth > root.clientWidth ? ["it is wider than the screen"] : [];
  for (const node of document.querySelectorAll("body *:not(svg *)")) {
    if (!says(node) || !node.checkVisibility() || !isCut(node)) continue;
    faults.push(`cut off: ${node.localName}.${node.className} ${node.textContent.trim().slice(0, 40)}`);
  }
  document.adoptedStyleSheets = [];
  return faults;
}"""
"""With as much between lines, letters and words as people may ask for (WCAG 1.4.12): what does not fit then."""
