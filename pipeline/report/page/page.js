"use strict";
// Filters the table of rows. Without it the page shows all of them.
(() => {
  const form = document.querySelector("#filter");
  const shown = document.querySelector("#shown");
  const none = document.querySelector("#none");
  const rows = [...document.querySelectorAll("tbody tr")];
  let texts; // as they are searched: without case and accents

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const apply = () => {
    texts ??= rows.map((row) => fold(row.textContent));
    const words = fold(form.search.value).split(/\s+/).filter(Boolean);
    const statuses = new Set([...form.querySelectorAll(":checked")].map((box) => box.value));
    let count = 0;
    rows.forEach((row, position) => {
      const fits =
        (statuses.size === 0 || statuses.has(row.dataset.status)) &&
        words.every((word) => texts[position].includes(word));
      row.hidden = !fits;
      count += fits;
    });
    shown.textContent = `${count} of ${rows.length} row${rows.length === 1 ? "" : "s"} shown`;
    none.hidden = count > 0;
  };

  if (form) {
    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply)); // the fields are empty only after the event
  }

  // A link to a row that is filtered out shows all rows again.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#row-"]');
    if (link && document.querySelector(link.hash)?.hidden) {
      form.reset();
      apply();
    }
  });

  // On paper nothing can be opened.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details.more:not([open])")];
    closed.forEach((details) => (details.open = true));
  });
  addEventListener("afterprint", () => closed.forEach((details) => (details.open = false)));
})();
