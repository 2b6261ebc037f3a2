/* Drafts save themselves; what is not confirmed stays in this browser. See monitoring/views/autosave.py */
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const part = (name, scope = document) => scope.querySelector(`[data-draft-${name}]`);
  const { draft: address, draftKey: key, draftTyped } = form.dataset;
  const PAUSE = 2000, LONGEST = 60000, SEVERAL = "\x1f";
  const typed = draftTyped !== undefined; // what is saved is not known here
  let base = {}; // what the server has
  let lost = null; // sent and not answered: goes again as it was
  let seen = ""; // what the server could not read
  let busy, timer, copied, version, halted, out, over, urgent, mine, wait = 0, rest = "idle", stored = true;
  const owned = new Set(); // boxes of the copy that are this page's

  const boxes = () => [...form.elements].filter((one) => one.name && !one.disabled && !/hidden|submit|button|file/.test(one.type));
  const ticked = (one) => /radio|checkbox/.test(one.type);
  function read() {
    const now = {};
    for (const one of boxes()) {
      const { name, value } = one;
      if (!ticked(one)) now[name] = value;
      else now[name] = one.checked ? (now[name] ? now[name] + SEVERAL : "") + value : now[name] || "";
    }
    return now;
  }
  function put(name, text) {
    for (const one of boxes()) {
      if (one.name !== name) continue;
      if (ticked(one)) one.checked = text.split(SEVERAL).includes(one.value);
      else one.value = text;
      if (text && one.closest("details")) one.closest("details").open = true;
      one.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  const before = (name) => base[name] ?? (typed ? null : "");
  const changes = (now) => Object.keys(now).filter((name) => now[name] !== before(name));
  const plain = (text) => (text || "").trim();
  const number = (value) => napwps.numeral({ value });
  const same = (one, two) => plain(one) === plain(two) || number(one) === number(two);

  function keep() {
    if (over) return;
    const now = read();
    try {
      const { boxes: kept } = JSON.parse(localStorage.getItem(key)) || { boxes: {} };
      for (const name of owned) delete kept[name];
      for (const name of changes(now)) {
        owned.add(name);
        kept[name] = [before(name), now[name], lost && lost[name]];
      }
      if (Object.keys(kept).length) localStorage.setItem(key, JSON.stringify({ boxes: kept, at: Date.now(), query: location.search }));
      else localStorage.removeItem(key);
      stored = true;
    } catch { stored = false; }
  }
  function drop() {
    over = true;
    if (stored) localStorage.removeItem(key);
  }

  function show(state, words = {}) {
    const said = part("said"), is = !stored && /o/.test(state[0]) ? `${state}-open` : state;
    for (const one of part("state").children) {
      one.hidden = one.dataset.is !== is;
      if (one.hidden) continue;
      for (const name in words) if (part(name, one)) part(name, one).textContent = words[name];
      if (state !== "saving" && said.textContent !== one.textContent) said.textContent = one.textContent;
    }
    return state;
  }

  // Names that begin alike go together: half of a figure would empty the other half.
  const group = (name) => name.split("-")[0];
  function pack(now, names, all) {
    const body = new URLSearchParams(), groups = names.map(group);
    for (const { type, name, value } of form.elements) if (type === "hidden" && name) body.append(name, value);
    body.delete("csrfmiddlewaretoken");
    for (const name in now) {
      const unanswered = !now[name] && !before(name) && (form.elements[name][0] || {}).type === "radio";
      if (!unanswered && (all || groups.includes(group(name)))) now[name].split(SEVERAL).forEach((text) => body.append(name, text));
    }
    if (all) body.set("all", 1);
    return body;
  }
  const token = () => document.cookie.match(/\bcsrftoken=([^;]+)|$/)[1] || form.elements.csrfmiddlewaretoken.value;
  async function ask(body, fresh) {
    const answer = await fetch(address, {
      method: "POST", body, headers: { "X-CSRFToken": fresh || token() },
      keepalive: `${body}`.length < LONGEST, signal: AbortSignal.timeout?.(LONGEST),
    });
    const said = await answer.json().catch(Object);
    return said.csrf && !fresh ? ask(body, said.csrf) : { status: answer.status, said };
  }

  // Returns the state that is shown.
  async function go(whole) {
    clearTimeout(timer);
    if (halted) return halted;
    const again = lost, now = again || read(), names = changes(now), all = !mine && (again || whole || typed);
    const text = JSON.stringify(names.map((name) => now[name]));
    if (!again && !whole && !mine && (!names.length || text === seen)) return show(rest);
    show("saving");
    lost = now;
    keep();
    let status, said;
    try { ({ status, said } = await ask(pack(now, names, all))); } catch { status = 0; }
    out = status === 401;
    if (!status || status > 428) {
      wait = Math.min(wait * 2 || PAUSE, LONGEST);
      timer = setTimeout(flush, wait);
      keep();
      return show("offline");
    }
    wait = 0;
    lost = said.html || said.errors ? null : again;
    if (said.errors) {
      for (const name in now) if ((all || names.includes(name)) && !said.left.includes(name)) base[name] = now[name];
      form.elements.version.value = said.version;
      rest = mark(said);
      const next = read(), open = changes(next);
      seen = said.errors.length ? JSON.stringify(changes(now).map((name) => now[name])) : "";
      keep();
      if (mine) location.reload(); // for what somebody else saved in other boxes
      if (open.some((name) => next[name] !== now[name])) {
        if (urgent) return go();
        later();
      }
      return rest;
    }
    if (said.html && (again || !all)) { // what can be compared is the whole page, as it stands now
      mine = false;
      return go(true);
    }
    keep();
    if (out) return show("out");
    if (said.html) {
      version = said.version;
      part("elsewhere").innerHTML = said.html;
      part("elsewhere").hidden = false;
    }
    halted = said.html ? "elsewhere" : said.locked ? "locked" : "refused";
    return show(halted, { why: said.locked });
  }
  function flush() {
    busy ||= go().finally(() => { busy = null; urgent = false; });
    return busy;
  }
  function later() {
    show("saving");
    clearTimeout(timer);
    timer = setTimeout(flush, PAUSE);
  }
  function bring() {
    urgent = true;
    wait = 0;
    return flush();
  }
  function mark({ errors, at }) {
    for (const one of boxes()) {
      if (errors.some(({ name }) => name === one.name)) one.setAttribute("aria-invalid", true);
      else one.removeAttribute("aria-invalid");
    }
    if (part("unsaved")) part("unsaved").hidden = true;
    if (!errors.length) return show("saved", { time: at });
    const [{ text, target }] = errors, more = new Set(errors.map((one) => one.text)).size - 1;
    part("error").href = `#${target}`;
    return show("left", { time: at, error: more ? `${text} (+${more})` : text });
  }

  // What was typed here before and is not known to have arrived.
  function restore({ boxes: kept, query, at }) {
    const now = read(), back = {}, more = Object.keys(kept).some((name) => !(name in now)); // rows that the page has not got
    let clash = false;
    if (more && query !== location.search) return location.replace(location.pathname + query);
    for (const name in now) {
      if (!(name in kept)) continue;
      const [was, text, sent] = kept[name];
      owned.add(name);
      if (same(now[name], text)) continue;
      back[name] = now[name];
      if (same(now[name], was) || same(now[name], sent || was)) continue;
      clash = true;
      base[name] = was; // until it is decided, however often the page is opened
    }
    const names = Object.keys(back), when = new Date(at);
    if (!names.length) return keep();
    names.forEach((name) => put(name, kept[name][1]));
    const dateStyle = when.toDateString() === new Date().toDateString() ? undefined : "medium";
    part("when").textContent = when.toLocaleString(document.documentElement.lang, { dateStyle, timeStyle: "short", hourCycle: "h23" });
    part("back").hidden = false;
    part("undo").addEventListener("click", () => {
      if (halted) { drop(); location.reload(); }
      part("back").hidden = true;
      names.forEach((name) => put(name, back[name]));
      bring();
    });
    if (clash) { lost = read(); form.elements.version.value = "?"; } // no version: the server compares
    return flush().then((state) => { if (more && state === "saved") location.reload(); });
  }

  const unsent = () => !over && (busy || lost || changes(read()).length);
  const pause = (time) => new Promise((done) => setTimeout(done, time));
  const soon = () => Promise.race([bring(), pause(3000)]);
  const retry = () => { if (wait || out) bring(); };
  form.addEventListener("input", () => {
    keep();
    if (!halted && !out && !wait) later();
  });
  form.addEventListener("change", () => { if (!out && !wait) flush(); });
  ["online", "focus"].forEach((name) => addEventListener(name, retry));
  document.addEventListener("visibilitychange", () => (document.hidden ? flush : retry)());
  addEventListener("pagehide", () => { if (!over) flush(); });
  addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
  form.removeAttribute("data-guard");
  addEventListener("beforeunload", (event) => { if (!stored && unsent()) event.preventDefault(); });

  // Buttons and links: what was typed goes first; without a line the buttons stay here.
  let pressed, sent;
  document.addEventListener("submit", async (event) => {
    const { target: one, submitter } = event, leaving = one.matches("[data-sign-out]");
    if (sent || !(one === form || (leaving && unsent()))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (pressed) return;
    pressed = true;
    const state = await (leaving ? soon() : bring());
    await pause(); // a form cannot be sent while its submit event is on its way
    pressed = false;
    if (state === "elsewhere") part("elsewhere").focus();
    if (!leaving && (/elsewhere|offline/.test(state) || (state === "out" && stored))) return;
    sent = true;
    one.elements.csrfmiddlewaretoken.value = token();
    one.requestSubmit(submitter);
    sent = !leaving;
  }, true);
  document.addEventListener("submit", ({ target, defaultPrevented }) => { over ||= target.matches("[data-sign-out]") && !defaultPrevented; });
  document.addEventListener("click", async (event) => {
    const one = event.target.closest("a[href], [data-draft-mine]");
    if (!one || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (one.matches("[data-draft-drop]")) drop();
    else if (one.matches("[data-draft-mine]")) {
      halted = "";
      mine = true;
      form.elements.version.value = version;
      bring();
    } else if (!one.target && !(one.hash && one.pathname === location.pathname) && unsent()) {
      event.preventDefault();
      await soon();
      location.assign(one.href);
    }
  });

  try {
    for (const name in localStorage) {
      if (name.startsWith("draft:") && !(JSON.parse(localStorage.getItem(name)).at > Date.now() - 60 * 864e5)) localStorage.removeItem(name);
    }
    copied = JSON.parse(localStorage.getItem(key));
  } catch { stored = false; }
  if (!typed) base = read();
  if (!typed && copied) restore(copied);
})();
