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
