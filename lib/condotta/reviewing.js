// The review of claims in JupyterLab: passage with slots, buttons and keys. All text that comes
// from articles is set as text, never as markup.

const KEYS = { a: "accept", r: "reject", u: "undo" };

function make(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}

// Cut the passage at every span border; Python counts code points, so does Array.from.
function passage(item) {
  const letters = Array.from(item.text);
  const borders = new Set([0, letters.length]);
  for (const span of item.spans) borders.add(span.start).add(span.end);
  const cuts = [...borders].sort((one, other) => one - other);
  const block = make("p", "cr-text");
  block.dir = "auto";
  cuts.slice(0, -1).forEach((from, n) => {
    const to = cuts[n + 1];
    const over = item.spans.filter((span) => span.start <= from && span.end >= to);
    const piece = make(over.some((span) => span.slot !== "claim") ? "mark" : "span");
    piece.className = over.map((span) => `cr-${span.slot}`).join(" ");
    piece.textContent = letters.slice(from, to).join("");
    block.append(piece);
    for (const span of over)
      if (span.end === to && span.slot !== "claim") block.append(make("sup", "cr-slot", span.slot));
  });
  return block;
}

function render({ model, el }) {
  const root = make("div", "cr");
  root.tabIndex = 0;
  // Without this, JupyterLab takes `d d` and `x` as commands and deletes the cell.
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  el.append(root);
  let editing = false;
  const item = () => model.get("items")[model.get("index")];
  const put = (name, value) => { model.set(name, value); model.save_changes(); };
  const go = (step) => {
    const last = model.get("items").length;
    editing = false;
    put("index", Math.min(Math.max(model.get("index") + step, 0), last));
  };
  const send = (action, slots) => {
    if (!item()) return;
    const reason = root.querySelector(".cr-reason")?.value ?? "";
    model.send({ action, id: item().id, slots: slots ?? {}, reason });
    editing = false;
    root.focus();
  };
  const edit = () => { editing = true; draw(); root.querySelector(".cr-form input")?.focus(); };

  function head() {
    const bar = make("div", "cr-head");
    const who = make("input", "cr-who");
    who.placeholder = "your name";
    who.setAttribute("aria-label", "reviewer");
    who.value = model.get("reviewer");
    who.onchange = () => put("reviewer", who.value.trim());
    const show = make("select", "cr-show");
    show.setAttribute("aria-label", "queue");
    for (const name of model.get("filters")) show.append(make("option", "", name));
    show.value = model.get("show");
    show.onchange = () => put("show", show.value);
    const count = model.get("items").length;
    const at = count ? `${Math.min(model.get("index") + 1, count)} of ${count}` : "nothing here";
    bar.append(who, show, make("span", "cr-at", at), make("span", "cr-done", model.get("progress")));
    return bar;
  }

  function form(slots) {
    const fields = make("form", "cr-form");
    for (const [slot, value] of Object.entries(slots)) {
      const label = make("label", "", slot);
      const input = make("input");
      input.name = slot;
      input.value = value ?? "";
      label.append(input);
      fields.append(label);
    }
    const save = make("button", "", "Save (Enter)");
    fields.append(save);
    fields.onsubmit = (event) => {
      event.preventDefault();
      const inputs = [...fields.querySelectorAll("input")];
      const changed = inputs.filter((input) => input.value !== String(slots[input.name] ?? ""));
      send("edit", Object.fromEntries(changed.map((input) => [input.name, input.value])));
    };
    return fields;
  }

  function table(slots) {
    const list = make("dl", "cr-slots");
    for (const [slot, value] of Object.entries(slots))
      if (value !== null) list.append(make("dt", "", slot), make("dd", "", String(value)));
    return list;
  }

  function buttons() {
    const bar = make("div", "cr-bar");
    const reason = make("input", "cr-reason");
    reason.placeholder = "why (optional)";
    reason.setAttribute("aria-label", "reason");
    const actions = [
      ["Accept (a)", () => send("accept")], ["Reject (r)", () => send("reject")], ["Edit (e)", edit],
      ["Undo (u)", () => send("undo")], ["← (k)", () => go(-1)], ["→ (j)", () => go(1)],
    ];
    for (const [name, act] of actions) {
      const button = make("button", "", name);
      button.onclick = act;
      bar.append(button);
    }
    bar.append(reason);
    return bar;
  }

  function draw() {
    const reason = root.querySelector(".cr-reason")?.value;
    const current = item();
    root.replaceChildren(head());
    const message = make("div", "cr-message", model.get("message"));
    message.setAttribute("role", "status");
    root.append(message);
    if (!current) {
      root.append(make("p", "cr-end", "The queue is at its end."));
      return;
    }
    root.append(make("div", "cr-from", current.from), passage(current));
    root.append(make("div", "cr-said", current.said));
    root.append(editing ? form(current.slots) : table(current.slots));
    const decided = model.get("decisions")[current.id];
    root.append(make("div", "cr-decided", decided ?? "no decision yet"), buttons());
    if (editing && reason) root.querySelector(".cr-reason").value = reason;
  }

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (["INPUT", "SELECT"].includes(event.target.tagName)) {
      if (event.key === "Escape") { editing = false; draw(); root.focus(); }
      event.stopPropagation();
      return;
    }
    if (KEYS[event.key]) send(KEYS[event.key]);
    else if (event.key === "e") edit();
    else if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const names = ["items", "index", "decisions", "show", "progress", "message", "reviewer"];
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => { for (const name of names) model.off(`change:${name}`, draw); };
}

export default { render };
