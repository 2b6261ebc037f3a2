/* The reporting page: sums of a breakdown while typing. Works without; the server shows the same after saving. */
(() => {
  "use strict";
  const read = window.napwps.numeral;
  const show = (cell, number, digits) => {
    cell.textContent = Number.isFinite(number)
      ? new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: digits || 0, maximumFractionDigits: digits || 6 }).format(number) : "–";
  };
  function count(grid) {
    for (const row of grid.tBodies[0].rows) {
      const share = row.querySelector("[data-share]");
      if (!share) continue;
      const top = read(row.querySelector("[data-part=n]"));
      const bottom = read(row.querySelector("[data-part=d]"));
      show(share, bottom > 0 ? top / bottom * 100 : NaN, 1);
      if (share.textContent !== "–") share.textContent += "%";
    }
    // What lies in a place with a figure is a part of that figure (monitoring/progress/places.py).
    const rows = [...grid.tBodies[0].rows];
    const answered = new Set(rows.filter((row) => [...row.querySelectorAll("[data-part=n],[data-part=v]")].some((box) => Number.isFinite(read(box))))
      .map((row) => row.dataset.place).filter(Boolean));
    const counted = rows.filter((row) => !(row.dataset.above || "").split(" ").some((one) => answered.has(one)));
    for (const cell of grid.querySelectorAll("[data-sum]")) {
      const part = cell.dataset.sum;
      const numbers = counted.flatMap((row) => [...row.querySelectorAll(`[data-part=${part}]`)]).map(read).filter(Number.isFinite);
      const sum = numbers.length ? numbers.reduce((left, right) => left + right, 0) : NaN;
      show(cell, sum);
      show(grid.querySelector(`[data-difference=${part}]`), read(document.getElementById(`${grid.dataset.grid}-${part}`)) - sum);
    }
  }
  document.addEventListener("input", (event) => {
    const set = event.target.closest("fieldset");
    if (set) set.querySelectorAll("[data-grid]").forEach(count);
  });

  /* Course corrections: in sight when they are asked for, and one more set without a round to the server. */
  document.addEventListener("change", (event) => {
    const corrections = document.getElementById("corrections");
    if (corrections && event.target.name === "status" && event.target.value === "delayed") corrections.open = true;
  });
  const boxes = (set) => [...set.querySelectorAll("textarea, input")];
  function another(last) {
    const [old, next] = [last.dataset.correction, Number(last.dataset.correction) + 1];
    const set = last.cloneNode(true);
    set.dataset.correction = next;
    set.querySelector("[data-number]").textContent = next;
    set.querySelectorAll(".field-check, .field-error, button").forEach((part) => part.remove());
    set.querySelectorAll(".has-error").forEach((part) => part.classList.remove("has-error"));
    for (const part of set.querySelectorAll("*"))
      for (const name of ["id", "name", "for", "aria-describedby"])
        if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replaceAll(`corr-${old}-`, `corr-${next}-`));
    for (const box of boxes(set)) { box.value = ""; box.removeAttribute("aria-invalid"); }
    last.after(set);
    return set;
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[value=corr-more]");
    const last = button && [...document.querySelectorAll("[data-correction]")].pop();
    if (!last || Number(last.dataset.correction) >= Number(button.dataset.most)) return;
    event.preventDefault();
    const isEmpty = boxes(last).every((box) => !box.value || box.type === "checkbox");
    boxes(isEmpty ? last : another(last))[0].focus();
  });
})();
