/* Small comforts. Every page works without this file. */
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, scope = document) => [...scope.querySelectorAll(selector)];

  // Theme: the cookie is read by the server, so the next page arrives in the right colours.
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  function paintToggle(button) {
    button.hidden = false;
    button.querySelector("[data-text]").textContent = dark() ? button.dataset.light : button.dataset.dark;
    all("[data-when]", button).forEach((part) => { part.hidden = part.dataset.when !== (dark() ? "dark" : "light"); });
  }
  all("[data-theme-toggle]").forEach((button) => {
    paintToggle(button);
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
      paintToggle(button);
    });
  });

  // Menus close on Escape and on a click elsewhere.
  const menus = () => all("details[data-dropdown][open]");
  document.addEventListener("click", (event) => menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  // Of tabs that scroll sideways, the one that is open is in sight.
  all(".tabs").forEach((tabs) => { const one = tabs.querySelector("[aria-current]"); if (one) tabs.scrollLeft = one.offsetLeft - tabs.offsetLeft - 32; });

  // Filters that nobody set are folded on a phone, so that the list itself comes first.
  if (matchMedia("(max-width: 29.99rem)").matches) all("[data-fold]").forEach((box) => { box.open = false; });

  // Unsaved changes: ask before the page is left.
  let dirty = false;
  document.addEventListener("input", (event) => { if (event.target.closest("form[data-guard]")) dirty = true; });
  document.addEventListener("submit", () => { dirty = false; });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  // Signing out: no draft of drafts.js stays behind.
  document.addEventListener("submit", (event) => {
    const { signOut, unsent } = event.target.dataset;
    const left = Object.keys(signOut ? localStorage : {}).filter((one) => one.startsWith(signOut));
    if (left.length && !confirm(unsent)) event.preventDefault();
    else left.forEach((one) => localStorage.removeItem(one));
  });

  // Numerator and denominator: the percentage while typing. The plain cases of frameworks/numbers.py; the server decides.
  const numeral = (input) => {
    const text = (input ? input.value : "").replace(/\s/g, "");
    if (/^[1-9]\d{0,2}([.,]\d{3})+$/.test(text)) return Number(text.replace(/[.,]/g, ""));
    if (/^[+-]?(\d+|\d*[.,]\d+)$/.test(text)) return Number(text.replace(",", "."));
    if (/^[1-9]\d{0,2}(,\d{3})+\.\d+$/.test(text)) return Number(text.replace(/,/g, ""));
    if (/^[1-9]\d{0,2}(\.\d{3})+,\d+$/.test(text)) return Number(text.replace(/\./g, "").replace(",", "."));
    return NaN;
  };
  window.napwps = { numeral };
  document.addEventListener("input", (event) => {
    const pair = event.target.closest("[data-nd]");
    if (!pair) return;
    const [top, bottom] = all("input:not([type=hidden])", pair).map(numeral);
    const known = Number.isFinite(top) && Number.isFinite(bottom) && bottom > 0;
    pair.querySelector("output").textContent = known
      ? new Intl.NumberFormat(root.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(top / bottom * 100) + "%" : "–";
    pair.querySelector("[data-nd-warning]").hidden = !(known && top > bottom);
  });

  // Focus: errors first; after a swap what asks for it, else the swapped part when the focus fell to nowhere.
  const claim = (scope) => { const wanted = scope.querySelector("[data-focus]"); if (wanted) wanted.focus(); return wanted; };
  claim(document);
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt;
    if (!part || !part.isConnected || claim(part)) return;
    const lost = !document.activeElement || document.activeElement === document.body;
    if (lost && event.detail.requestConfig && event.detail.requestConfig.triggeringEvent && event.detail.requestConfig.triggeringEvent.isTrusted) {
      if (!part.hasAttribute("tabindex")) part.tabIndex = -1;
      part.focus({ preventScroll: true });
    }
  });

  // What the keyboard comes to is not left behind the bar at the bottom: Chromium scrolls only to what lies outside the window.
  document.addEventListener("focusin", ({ target }) => {
    const bar = document.querySelector(".form-actions-sticky");
    if (!bar || !target.matches(":focus-visible") || !(target.compareDocumentPosition(bar) & Node.DOCUMENT_POSITION_FOLLOWING)) return;
    const box = target.getBoundingClientRect();
    const hidden = box.bottom - bar.getBoundingClientRect().top;
    if (hidden > 0) scrollBy({ top: Math.min(hidden, Math.max(0, box.top)) + 12, behavior: "instant" });
  });

  // Toasts from HX-Trigger, and a word when the line is down.
  const tones = { success: "good", warning: "warn", error: "bad", info: "info" };
  const toasts = document.getElementById("toasts");
  function toast({ message, level = "info" }) {
    if (!toasts || !message) return;
    const box = document.createElement("div");
    box.className = `notice tone-${tones[level] || "info"}`;
    const text = document.createElement("div");
    text.className = "notice-body";
    text.textContent = message;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-link";
    close.textContent = toasts.dataset.close;
    close.addEventListener("click", () => box.remove());
    box.append(text, close);
    toasts.append(box);
    if (level === "success" || level === "info") setTimeout(() => box.remove(), 8000);
  }
  document.addEventListener("toast", (event) => toast(event.detail));
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, () => toast({ message: toasts.dataset.failed, level: "error" }));
  }
})();
