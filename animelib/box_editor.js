// Mouse, finger and keys for the box editors on this page. The kernel has the last word: what it says stands in data-state of the
// SVG, and what it has not confirmed yet is applied on top of that, so nothing jumps while it is busy.
(() => {
  const earlier = window.animelibBoxes;
  earlier?.listening.abort(); // a cell that was run again brings its script along again
  const listening = new AbortController();
  const me = (window.animelibBoxes = {
    listening,
    page: earlier?.page ?? Math.random().toString(36).slice(2),
    count: earlier?.count ?? 0,
    waiting: earlier?.waiting ?? new Map(), // key of an editor -> strokes that were sent
  });
  const PATIENCE = 3000; // milliseconds until it says that the kernel is busy
  const ASKING = ["next", "previous", "skip", "undo", "other", "new"]; // what only the kernel can answer
  const STEPS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };
  const KEYS = {
    Enter: "next", n: "next", p: "previous", s: "skip", Delete: "delete", Backspace: "delete", a: "accept", 0: "no_face",
    u: "undo", o: "other", ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down",
    "+": "larger", "=": "larger", "-": "smaller", Escape: "leave",
  };
  const bound = new WeakSet();
  let drag = null;

  // ---- what is known

  const within = (node) => node?.closest?.(".animelib-boxes-stage")?.closest(".animelib-boxes");
  const part = (root, what) => root.querySelector(`.animelib-boxes-${what}`);
  const svgOf = (root) => part(root, "overlay")?.querySelector("svg");
  const said = (root) => JSON.parse(svgOf(root).dataset.state);
  const pending = (state) => (me.waiting.get(state.key) ?? []).filter((stroke) => stroke.n > (state.seen[me.page] ?? 0));
  // Is there something to wait for? Several undos may follow one another; anything else would be done to what nobody has seen.
  const asking = (state, act) =>
    pending(state).some(({ do: asked }) => ASKING.includes(asked) && !(asked === "undo" && act === "undo"));
  const same = (face, box) => box.every((value, place) => Math.abs(value - face[place]) <= 1.5);

  function now(root, ...more) {
    const state = said(root);
    return [...pending(state), ...more].reduce(applied, state);
  }

  function applied(state, { do: act, picture, box, was }) {
    if (picture !== state.picture) return state;
    const { faces } = state;
    const at = was ? faces.findIndex((face) => same(face, was)) : -1;
    if (was && at < 0) return state;
    const others = faces.filter((_, place) => place !== at);
    const certain = faces.map((face) => [...face.slice(0, 4), 1]);
    switch (act) {
      case "draw": return { ...state, faces: [...faces, [...box, 1]], selected: faces.length };
      case "change":
      case "nudge": return { ...state, faces: faces.map((face, place) => (place === at ? [...box, 1] : face)), selected: at };
      case "delete": return was ? { ...state, faces: others, selected: null } : state;
      case "select": return { ...state, selected: at < 0 ? null : at };
      case "no_face": return { ...state, faces: [], selected: null };
      case "accept":
      case "next": return { ...state, faces: certain, selected: null };
    }
    return state;
  }

  // ---- telling the kernel

  function send(root, stroke) {
    const state = said(root);
    const strokes = [...pending(state), { n: ++me.count, picture: state.picture, ...stroke }];
    me.waiting.set(state.key, strokes);
    const bridge = part(root, "bridge").querySelector("textarea") ?? part(root, "bridge");
    bridge.value = JSON.stringify({ page: me.page, strokes });
    bridge.dispatchEvent(new Event("input", { bubbles: true }));
    render(root);
    setTimeout(() => render(root), PATIENCE);
  }

  function perform(root, act, shift) {
    const state = now(root), face = state.faces[state.selected];
    if (asking(state, act) || drag) return;
    if (act === "leave") return send(root, { do: "select" });
    if (ASKING.includes(act) || act === "accept" || act === "no_face") return send(root, { do: act });
    if (!face) return state.faces.length ? send(root, { do: "select", was: state.faces[0].slice(0, 4) }) : undefined;
    const was = face.slice(0, 4), step = Math.max(1, Math.round(1 / scale(root))) * (shift ? 10 : 1);
    if (act === "delete") return send(root, { do: "delete", was });
    const [x, y, w, h] = was, more = act === "larger" ? step : -step;
    const box = STEPS[act]
      ? inside(state, [x + STEPS[act][0] * step, y + STEPS[act][1] * step, w, h])
      : cut(state, [x - more, y - more, w + 2 * more, h + 2 * more]);
    if (box[2] >= 3 && box[3] >= 3) send(root, { do: "nudge", was, box });
  }

  // ---- drawing; the kernel draws the same

  function render(root) {
    const svg = svgOf(root);
    if (!svg || !root.isConnected) return;
    const state = now(root, ...(drag?.root === root && drag.stroke ? [drag.stroke] : []));
    svg.dataset.drawn = "yes";
    svg.innerHTML = state.faces.map((face, place) => drawn(face, place === state.selected)).join("");
    const left = pending(state), oldest = left[0]?.n;
    const pale = { accept: !state.faces.some((face) => face[4] < 1), undo: !state.undo && !left.length };
    for (const act of ["delete", "other", "smaller", "larger", ...Object.keys(STEPS)]) pale[act] = !state.faces.length;
    for (const [act, off] of Object.entries(pale)) root.querySelector(`.animelib-do-${act}`).disabled = off;
    if (oldest !== root.animelibOldest) [root.animelibOldest, root.animelibSince] = [oldest, Date.now()];
    root.classList.toggle("late", left.length > 0 && Date.now() - root.animelibSince >= PATIENCE - 100);
  }

  function drawn([x, y, w, h, score], selected) {
    const rectangle = `x="${x}" y="${y}" width="${w}" height="${h}"`;
    const corners = [[x, y], [x, y + h], [x + w, y], [x + w, y + h]].map(([left, top]) => `M${left} ${top}h.01`).join(" ");
    const grips = selected ? `<path class="grips" d="${corners}"/>`.repeat(2) : "";
    const kind = (score < 1 ? "proposed " : "") + (selected ? "selected" : "");
    return `<g class="${kind}"><rect class="rim" ${rectangle}/><rect class="line" ${rectangle}/>${grips}</g>`;
  }

  // ---- where something is, in pixels of the picture

  const scale = (root) => svgOf(root).getBoundingClientRect().width / said(root).size[0]; // of the screen for one of the picture

  function point(root, event) {
    const place = svgOf(root).getBoundingClientRect(), share = scale(root);
    return [(event.clientX - place.left) / share, (event.clientY - place.top) / share];
  }

  function cut({ size }, [x, y, w, h]) {
    const [left, right] = [x, x + w].map((value) => Math.round(Math.min(Math.max(value, 0), size[0])));
    const [top, bottom] = [y, y + h].map((value) => Math.round(Math.min(Math.max(value, 0), size[1])));
    return [left, top, right - left, bottom - top];
  }

  function inside({ size }, [x, y, w, h]) {
    const kept = (value, most) => Math.round(Math.min(Math.max(value, 0), Math.max(0, most)));
    return [kept(x, size[0] - w), kept(y, size[1] - h), Math.round(w), Math.round(h)];
  }

  // From one corner towards a point: a box of the given shape (w / h), or of any.
  function spanned({ size }, [x, y], [toX, toY], shape) {
    const signs = [toX < x ? -1 : 1, toY < y ? -1 : 1];
    const room = [signs[0] < 0 ? x : size[0] - x, signs[1] < 0 ? y : size[1] - y];
    let wide = Math.min(Math.abs(toX - x), room[0]), high = Math.min(Math.abs(toY - y), room[1]);
    if (shape) {
      wide = Math.min(Math.max(Math.abs(toX - x), Math.abs(toY - y) * shape), room[0], room[1] * shape);
      high = wide / shape;
    }
    [wide, high] = [Math.round(wide), Math.round(high)];
    return [Math.round(signs[0] < 0 ? x - wide : x), Math.round(signs[1] < 0 ? y - high : y), wide, high];
  }

  // What lies under a point: a corner before an inside, the selected box before others, a small one before a large one.
  function hit(state, [px, py], reach) {
    const order = state.faces.map((face, at) => ({ face, at, first: at === state.selected }));
    order.sort((a, b) => b.first - a.first || a.face[2] * a.face[3] - b.face[2] * b.face[3]);
    for (const { face: [x, y, w, h], at, first } of order) {
      const near = Math.min(reach, (first ? 0.4 : 0.25) * Math.min(w, h)) + (first ? reach / 4 : 0);
      for (const [cx, cy] of [[x, y], [x + w, y], [x, y + h], [x + w, y + h]])
        if (Math.abs(px - cx) <= near && Math.abs(py - cy) <= near)
          return {
            at,
            anchor: [2 * x + w - cx, 2 * y + h - cy], // the corner across, which stays
            cursor: (cx === x) === (cy === y) ? "nwse-resize" : "nesw-resize",
          };
    }
    const under = order.find(({ face: [x, y, w, h] }) => px >= x && px <= x + w && py >= y && py <= y + h);
    return under && { at: under.at, cursor: "move" };
  }

  // ---- mouse and finger

  function begin(event) {
    const root = within(event.target);
    if (!root || !svgOf(root)) return;
    bind(root);
    if (drag && event.pointerId !== drag.pointer) return stop(); // a second finger: it is a pinch
    const state = now(root), from = point(root, event), reach = (event.pointerType === "touch" ? 24 : 11) / scale(root);
    const [x, y] = from, [wide, high] = state.size;
    if (event.button !== 0 || asking(state) || x < -reach || y < -reach || x > wide + reach || y > high + reach) return;
    part(root, "stage").focus({ preventScroll: true });
    const free = event.ctrlKey || event.altKey || event.metaKey;
    drag = { root, state, from, pointer: event.pointerId, grip: free ? undefined : hit(state, from, reach), stroke: null };
    try { part(root, "stage").setPointerCapture(event.pointerId); } catch { /* a pointer that is gone already */ }
  }

  function move(event) {
    if (!drag) return hover(event);
    if (event.pointerId !== drag.pointer || !drag.root.isConnected) return;
    const { root, state, from, grip } = drag, to = point(root, event);
    if (!drag.stroke && Math.hypot(to[0] - from[0], to[1] - from[1]) * scale(root) < 4) return;
    const was = grip && state.faces[grip.at].slice(0, 4), free = event.shiftKey;
    drag.stroke = { do: grip ? "change" : "draw", picture: state.picture, ...(grip && { was }) };
    if (!grip) drag.stroke.box = spanned(state, kept(state, from), to, free ? 0 : 1);
    else if (grip.anchor) drag.stroke.box = spanned(state, grip.anchor, to, free ? 0 : was[2] / was[3]);
    else drag.stroke.box = inside(state, [was[0] + to[0] - from[0], was[1] + to[1] - from[1], was[2], was[3]]);
    render(root);
  }

  const kept = ({ size }, point) => point.map((value, axis) => Math.round(Math.min(Math.max(value, 0), size[axis])));

  function hover(event) {
    const root = event.pointerType !== "touch" && within(event.target), svg = root && svgOf(root);
    if (svg) svg.style.cursor = hit(now(root), point(root, event), 11 / scale(root))?.cursor ?? "crosshair";
  }

  function end(event) {
    if (!drag || event.pointerId !== drag.pointer) return;
    const { root, state, grip, stroke } = drag;
    drag = null;
    if (!root.isConnected || said(root).picture !== state.picture) return;
    const least = Math.max(3, 6 / scale(root));
    if (stroke && stroke.box[2] >= least && stroke.box[3] >= least) return send(root, stroke);
    render(root);
    const chosen = grip ? grip.at : null; // a click, or a slip of the hand
    if (!stroke && chosen !== state.selected) send(root, { do: "select", ...(grip && { was: state.faces[chosen].slice(0, 4) }) });
  }

  function stop() {
    const root = drag?.root;
    drag = null;
    if (root) render(root);
  }

  // ---- keys and buttons; before JupyterLab, which would cut the cell at an x and run it at a Ctrl+Enter

  function press(event) {
    const root = within(event.target);
    if (!root || !svgOf(root) || event.isComposing || event.altKey || event.key === "Tab") return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key, control = event.ctrlKey || event.metaKey;
    if ((control && key !== "z") || (key === "Enter" && event.shiftKey)) return;
    event.stopImmediatePropagation();
    if (key === "Escape" && drag) return stop();
    const act = control ? "undo" : KEYS[key];
    if (!act) return;
    event.preventDefault();
    if (!event.repeat || STEPS[act] || act === "larger" || act === "smaller") perform(root, act, event.shiftKey && !!STEPS[act]);
  }

  // Buttons go the way of the strokes, so that they come after them also when the kernel is busy.
  function click(event) {
    const button = event.target.closest?.(".animelib-boxes button"), act = button?.className.match(/animelib-do-(\w+)/)?.[1];
    const root = act && button.closest(".animelib-boxes");
    if (!root || button.disabled || !svgOf(root) || !part(root, "bridge")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    bind(root);
    perform(root, act, false);
    if (event.detail > 0) part(root, "stage").focus({ preventScroll: true }); // and the keys work
  }

  function bind(root) {
    if (bound.has(root)) return;
    bound.add(root);
    part(root, "stage").tabIndex = 0;
    const watch = new MutationObserver(() => svgOf(root) && !svgOf(root).dataset.drawn && render(root));
    watch.observe(part(root, "overlay"), { childList: true, subtree: true });
    listening.signal.addEventListener("abort", () => watch.disconnect());
    render(root);
  }

  const listen = (what, how) => window.addEventListener(what, how, { capture: true, signal: listening.signal });
  Object.entries({ pointerdown: begin, pointermove: move, pointerup: end, pointercancel: stop, keydown: press, click }).forEach(
    ([what, how]) => listen(what, how),
  );
  let looks = 0; // widgets come after the script; a mouse finds them by itself, the Tab key only when they are bound
  const look = setInterval(() => {
    document.querySelectorAll(".animelib-boxes").forEach((root) => svgOf(root) && bind(root));
    if (++looks > 40 || listening.signal.aborted) clearInterval(look);
  }, 500);
})();
