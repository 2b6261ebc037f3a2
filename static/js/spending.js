/* What the budget lines say was spent, into the boxes without a round to the server: they save themselves. */
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[value=spent-lines]");
    if (!button) return;
    event.preventDefault();
    const says = { "spent-why": "", "spent-currency": button.dataset.currency, "spent-amount": button.dataset.amount };
    for (const [name, value] of Object.entries(says)) {
      const box = button.form.elements[name];
      box.value = value;
      for (const kind of ["input", "change"]) box.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    button.form.elements["spent-amount"].focus();
  });
})();
