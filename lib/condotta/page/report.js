"use strict";
// Draw a chart when it comes near the screen, so that the page answers before all are drawn.
const figures = JSON.parse(document.getElementById("figures").textContent);
const config = {
  responsive: true, displaylogo: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
};
function draw(element) {
  const name = element.id.replace("chart-", "");
  if (!(name in figures)) return;
  const {data, layout} = figures[name];
  delete figures[name];
  Plotly.newPlot(element, data, layout, config);
}
const charts = document.querySelectorAll(".chart");
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) { near.unobserve(entry.target); draw(entry.target); }
}, {rootMargin: "800px"});
charts.forEach((element) => near.observe(element));

// The tracker: sort by a heading, filter by words, status and type; its lines below follow.
const table = document.getElementById("tracker-table"), body = table.tBodies[0];
const form = document.querySelector(".filters"), rows = [...body.rows];
const cards = new Map([...document.querySelectorAll("details.line")].map((card) => [card.id, card]));
const words = new Map();
function text(row) {
  if (!words.has(row)) words.set(row, (row.textContent + " " + cards.get(row.dataset.line).textContent).toLowerCase());
  return words.get(row);
}
function filter() {
  const wanted = form.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const fits = (!form.status.value || row.dataset.status === form.status.value)
      && (!form.type.value || row.dataset.type === form.type.value)
      && wanted.every((word) => text(row).includes(word));
    row.hidden = cards.get(row.dataset.line).hidden = !fits;
    count += fits;
  }
  form.querySelector("output").textContent = count === 1 ? "1 line" : `${count} lines`;
}
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());

function value(row, column) {
  const cell = row.cells[column], shown = cell.dataset.sort ?? cell.textContent.trim();
  return shown !== "" && !isNaN(shown) ? Number(shown) : shown.toLowerCase();
}
function compare(a, b) {
  if (a === "" || b === "") return (a === "") - (b === "");
  return typeof a === typeof b && typeof a === "number" ? a - b : String(a).localeCompare(String(b));
}
[...table.tHead.rows[0].cells].forEach((head, column) => head.firstElementChild.addEventListener("click", () => {
  const up = head.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  rows.sort((a, b) => {
    const x = value(a, column), y = value(b, column);
    return x === "" || y === "" ? compare(x, y) : up ? compare(x, y) : compare(y, x);
  });
  body.append(...rows);
}));

// A link to a line opens it; paper shows everything.
function reveal() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const card = target && target.closest("details.line");
  if (!card) return;
  card.hidden = false;
  card.open = true;
  target.scrollIntoView();
  card.firstElementChild.focus();
}
addEventListener("hashchange", reveal);
document.addEventListener("click", (event) => {
  if (event.target.matches('a[href^="#"]') && event.target.hash === location.hash) reveal();
});
reveal();
const PAPER = 680;  // pixels between the margins of an A4 or letter page
addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach((element) => { element.open = true; });
  charts.forEach((element) => { draw(element); Plotly.relayout(element, {width: PAPER, autosize: false}); });
});
addEventListener("afterprint", () => {
  charts.forEach((element) => Plotly.relayout(element, {width: null, autosize: true}));
});
