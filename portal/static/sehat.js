// The little that every page needs: components that guard a form, and failures that show themselves.
// The address in the page names the content, so that the browser need not ask for it again.
const { initAll } = await import(document.getElementById("components").href);

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
initAll();

const failure = document.getElementById("failure");
const show = (text) => {
  failure.textContent = text;
  failure.hidden = false;
};

document.body.addEventListener("htmx:before:request", () => { failure.hidden = true; });
document.body.addEventListener("htmx:error", () => show(failure.dataset.offline));
document.body.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx.response.status >= 500) show(failure.dataset.failed);
});

// An answered question goes, and the button that answered it. The focus then goes to the next question,
// not to its button: who presses Enter twice must not have answered that too.
let asking = false;
document.body.addEventListener("htmx:before:swap", () => {
  // Nobody has the focus while a swap takes it away, and another swap may come before it is given back.
  if (document.activeElement !== document.body) asking = Boolean(document.activeElement?.closest("#questions"));
});
document.body.addEventListener("htmx:after:swap", () => {
  const questions = document.getElementById("questions");
  if (!asking || !questions || questions.contains(document.activeElement)) return;
  (questions.querySelector(".app-question") ?? questions).focus({ preventScroll: true });
});

// What the reader unfolded stays so when the page renews that part, and its heading keeps the focus.
const unfolded = new Set();
const folds = () => [...document.querySelectorAll("details[data-keep]")];
let reading = null;
document.body.addEventListener("htmx:before:swap", () => {
  for (const fold of folds()) {
    if (fold.open) unfolded.add(fold.dataset.keep);
    else unfolded.delete(fold.dataset.keep);
  }
  const focused = document.activeElement;
  if (focused !== document.body) reading = focused?.closest("details[data-keep]")?.dataset.keep ?? null;
});
document.body.addEventListener("htmx:after:swap", () => {
  for (const fold of folds()) {
    if (unfolded.has(fold.dataset.keep)) fold.open = true;
    if (fold.dataset.keep === reading && document.activeElement === document.body) {
      fold.querySelector("summary").focus({ preventScroll: true });
    }
  }
});
