// Keys and taps for the rating widgets on this page. Every answer goes to the kernel with the number of the question, its turn, so
// that none counts twice; until the kernel has put the next question on, no other answer is taken, for nobody has seen it yet.
(() => {
  window.animelibRating?.abort(); // a cell that was run again brings its script along again
  const listening = (window.animelibRating = new AbortController());
  const PATIENCE = 3000; // milliseconds until it says that the kernel is busy
  const KEYS = {
    1: "1", 2: "2", 3: "3", 4: "4", 5: "5", s: "skip", u: "undo", z: "undo", Backspace: "undo",
    ArrowLeft: "left", ArrowRight: "right", "=": "equal", ArrowDown: "equal",
  };
  const answered = new WeakMap(); // widget -> the turn that was answered
  const bound = new WeakSet();

  const within = (node) => node?.closest?.(".animelib-rating");
  const part = (root, what) => root.querySelector(`.animelib-rating-${what}`);
  const turnOf = (root) => part(root, "turn")?.dataset.turn;
  const buttonOf = (root, act) => root.querySelector(`button.animelib-do-${act}`);

  function send(root, act) {
    const turn = turnOf(root), button = buttonOf(root, act);
    const waits = answered.get(root) === turn && !root.classList.contains("late"); // after so long it may be said again
    if (!button || button.disabled || waits) return;
    bind(root);
    answered.set(root, turn);
    button.classList.add("pressed");
    const bridge = part(root, "bridge").querySelector("textarea") ?? part(root, "bridge");
    bridge.value = JSON.stringify({ turn: Number(turn), do: act, at: Date.now() });
    bridge.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => turn === turnOf(root) && root.classList.add("late"), PATIENCE);
  }

  function come(root) {
    if (answered.get(root) === turnOf(root)) return;
    root.classList.remove("late");
    root.querySelectorAll("button.pressed").forEach((button) => button.classList.remove("pressed"));
  }

  // Before JupyterLab, which would make the cell a heading at a 1 and cut it at an x; its Ctrl+S still saves.
  function press(event) {
    const root = within(event.target);
    if (!root || !turnOf(root) || event.isComposing || event.altKey || event.key === "Tab") return;
    const control = event.ctrlKey || event.metaKey, typed = event.key.normalize("NFKC"); // full width where Japanese is typed
    const key = typed.length === 1 ? typed.toLowerCase() : typed;
    if ((control && key !== "z") || (key === "Enter" && event.shiftKey)) return;
    event.stopImmediatePropagation();
    const act = KEYS[key] ?? KEYS[event.code.match(/^Digit([1-5])$/)?.[1]]; // French keyboards have digits above the letters
    if (!act || !buttonOf(root, act)) return;
    event.preventDefault();
    if (!event.repeat) send(root, act);
  }

  function click(event) {
    const root = within(event.target);
    if (!root || !turnOf(root) || !part(root, "bridge")) return;
    const act = event.target.closest("button")?.className.match(/animelib-do-(\w+)/)?.[1] ?? event.target.closest("[data-do]")?.dataset.do;
    if (act) {
      event.preventDefault();
      event.stopImmediatePropagation(); // or the button would say it to the kernel once more
      send(root, act);
    }
    if (event.detail > 0 && part(root, "stage")) {
      bind(root);
      part(root, "stage").focus({ preventScroll: true }); // and the keys work
    }
  }

  function bind(root) {
    if (bound.has(root) || !part(root, "stage")) return;
    bound.add(root);
    part(root, "stage").tabIndex = 0;
    const watch = new MutationObserver(() => come(root));
    watch.observe(part(root, "stage"), { childList: true, subtree: true });
    listening.signal.addEventListener("abort", () => watch.disconnect());
  }

  for (const [what, how] of Object.entries({ keydown: press, click }))
    window.addEventListener(what, how, { capture: true, signal: listening.signal });
  let looks = 0; // widgets come after the script; a click finds them by itself, the Tab key only when they are bound
  const look = setInterval(() => {
    document.querySelectorAll(".animelib-rating").forEach((root) => turnOf(root) && bind(root));
    if (++looks > 40 || listening.signal.aborted) clearInterval(look);
  }, 500);
})();
