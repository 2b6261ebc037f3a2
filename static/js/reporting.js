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
    for (const cell of grid.querySelectorAll("[data-sum]")) {
      const part = cell.dataset.sum;
      const numbers = [...grid.querySelectorAll(`[data-part=${part}]`)].map(read).filter(Number.isFinite);
      const sum = numbers.length ? numbers.reduce((left, right) => left + right, 0) : NaN;
      show(cell, sum);
      show(grid.querySelector(`[data-difference=${part}]`), read(document.getElementById(`${grid.dataset.grid}-${part}`)) - sum);
    }
  }
  document.addEventListener("input", (event) => {
    const set = event.target.closest("fieldset");
    if (set) set.querySelectorAll("[data-grid]").forEach(count);
  });
})();
