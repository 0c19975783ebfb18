() => {
  // A citation mark opens its card and shows it; without this script the link only scrolls there.
  document.addEventListener("click", (event) => {
    const mark = event.target instanceof Element ? event.target.closest("a.cite") : null;
    const card = mark && document.getElementById(decodeURIComponent(mark.hash.slice(1)));
    if (!card) return;
    event.preventDefault();
    card.open = true;
    card.scrollIntoView({ block: "nearest" });
    card.querySelector("summary").focus({ preventScroll: true });
  });

  // A wide or long table opens at the cell that is cited.
  document.addEventListener("toggle", (event) => {
    const cell = event.target.open && event.target.querySelector("td.cited");
    if (cell) cell.scrollIntoView({ block: "nearest", inline: "center" });
  }, true);

  // The newest question stays at the top while its answer grows, until the reader scrolls.
  const chat = document.getElementById("chat");
  let asked = 0;
  let following = false;
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    chat.addEventListener(kind, () => { following = false; }, { passive: true });
  }
  new MutationObserver(() => {
    const questions = chat.querySelectorAll('[data-testid="user"]');
    if (questions.length > asked) following = true;
    asked = questions.length;
    const log = chat.querySelector('[role="log"]');
    if (!following || !log || !asked) return;
    log.scrollTop += questions[asked - 1].getBoundingClientRect().top - log.getBoundingClientRect().top - 16;
  }).observe(chat, { childList: true, subtree: true, characterData: true });
}
