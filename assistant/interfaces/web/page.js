// The page's own part: it sends acts, puts what comes back into place, and follows what is on its way.
// `element`, `server` and `upload` come from gradio.
const byId = (id) => document.getElementById(id);
const app = byId("app");
const language = navigator.language || "zh";
let shown = decodeURIComponent(location.hash.slice(1));
let toldUntil = 0;
const followed = new Set();

document.documentElement.lang = language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";

// ---------------------------------------------------------------- acts and replies

async function act(what) {
  try {
    const reply = await server.act(JSON.stringify({ language, shown, act: what }));
    if (!reply || !reply.patches) throw new Error("no reply");
    apply(reply);
    return reply;
  } catch (lost) {
    tell(byId("ask")?.dataset.lost || "⚠");
    return null;
  }
}

function apply(reply) {
  if (reply.conversation !== null) {
    shown = reply.conversation;
    history.replaceState(null, "", shown ? `#${shown}` : location.pathname + location.search);
  }
  for (const patch of reply.patches) put(patch);
  if (reply.pane) bringForward(reply.pane);
  if (reply.told) tell(reply.told);
  if (reply.heard) byId("heard").textContent = reply.heard;
  if (reply.download) save(reply.download);
  for (const one of reply.follow) follow(one);
  showWhatRuns();
  if (reply.focus) byId(reply.focus)?.focus({ preventScroll: true });
}

function put({ target, html, how }) {
  const place = byId(target);
  if (!place) return;
  if (target === "proof" && place.querySelector("section")) remember(place);
  if (how === "inside") place.innerHTML = html;
  else if (how === "replace") {
    // What is being written into the old element goes on in the new one.
    const written = place.querySelector(".question:has(.edit[open])");
    place.outerHTML = html;
    if (written) byId(target).querySelector(".question").replaceWith(written);
  }
  else {
    if (!place.querySelector(".turn")) place.innerHTML = "";
    for (const next of place.querySelectorAll(".next")) next.remove();
    place.insertAdjacentHTML("beforeend", html);
  }
  if (target === "turns") showNewest();
  if (target === "proof") showPlace();
}

async function follow(one) {
  if (followed.has(one.id)) return;
  followed.add(one.id);
  showWhatRuns();
  const conversation = shown;
  let seen = one.seen;
  for (let failures = 0; failures < 100; ) {
    try {
      const reply = await server.follow(JSON.stringify({ language, shown: conversation, kind: one.kind, id: one.id, seen }));
      if (!reply || !reply.patches) throw new Error("no reply");
      failures = 0;
      const next = reply.follow.find((each) => each.id === one.id);
      if (!next) followed.delete(one.id);
      if (one.kind === "job" || byId(one.id)) apply({ ...reply, follow: [] });
      if (!next) break;
      seen = next.seen;
    } catch (lost) {
      failures += 1;
      tell(byId("ask")?.dataset.lost || "⚠");
      await new Promise((wake) => setTimeout(wake, Math.min(500 * failures, 5000)));
    }
  }
  followed.delete(one.id);
  showWhatRuns();
}

function running() {
  return [...followed].find((id) => byId(id)?.matches(".turn"));
}

function showWhatRuns() {
  const busy = Boolean(running());
  if (byId("stop")) byId("stop").hidden = !busy;
  if (byId("send")) byId("send").hidden = busy;
}

function tell(text) {
  byId("told").textContent = text;
  byId("told").classList.add("shown");
  toldUntil = Date.now() + 4500;
  setTimeout(() => { if (Date.now() >= toldUntil) byId("told").classList.remove("shown"); }, 4600);
}

function save({ name, media_type, content }) {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: media_type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// ---------------------------------------------------------------- where things are

// What the evidence pane showed before, to go back to.
const earlier = [];

function remember(place) {
  earlier.push({ nodes: [...place.childNodes], top: byId("proof-pane").scrollTop });
  if (earlier.length > 20) earlier.shift();
  place.replaceChildren();
  byId("back").hidden = false;
}

function goBack() {
  const { nodes, top } = earlier.pop();
  byId("proof").replaceChildren(...nodes);
  byId("proof-pane").scrollTop = top;
  byId("back").hidden = !earlier.length;
}

function bringForward(pane) {
  app.dataset.pane = pane;
  for (const tab of document.querySelectorAll("[data-pane][role=tab]")) {
    const chosen = tab.dataset.pane === pane;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
}

function showNewest() {
  const turns = byId("turns");
  const last = turns.querySelector(".turn:last-of-type");
  if (last) turns.scrollTop = last.offsetTop - turns.offsetTop - 12;
}

// Only the pane scrolls, not the page around it.
function showPlace() {
  const pane = byId("proof-pane");
  pane.scrollTop = 0;
  const place = byId("proof").querySelector("[data-scroll]");
  if (!place) return;
  for (const box of [place.closest(".sideways"), place.closest(".passage"), pane]) {
    if (!box) continue;
    const at = place.getBoundingClientRect(), inside = box.getBoundingClientRect();
    box.scrollTop += at.top - inside.top - inside.height / 3;
    box.scrollLeft += box === pane ? 0 : at.left - inside.left - inside.width / 2;
  }
}

// ---------------------------------------------------------------- what a reader does

function gathered(form) {
  const what = JSON.parse(form.dataset.act);
  for (const source of [form.dataset.with && byId(form.dataset.with), form]) {
    for (const field of source ? source.querySelectorAll("[name]") : []) {
      if (field.type === "checkbox" && !field.checked) continue;
      const value = "number" in field.dataset ? Number(field.value) : field.value;
      if (field.name.endsWith("[]")) (what[field.name.slice(0, -2)] ??= []).push(value);
      else what[field.name] = value;
    }
  }
  return what;
}

function withFilters(what) {
  if (what.do !== "ask" || !byId("filters")) return what;
  const form = document.createElement("form");
  form.dataset.act = JSON.stringify(what);
  form.dataset.with = "filters";
  return gathered(form);
}

function cite(mark) {
  const turn = mark.closest("[data-turn]");
  if (turn) act({ do: "cite", turn: turn.dataset.turn, n: Number(mark.dataset.cite) });
}

element.addEventListener("click", (event) => {
  const at = event.target instanceof Element ? event.target : null;
  const mark = at?.closest("[data-cite]");
  const button = at?.closest("[data-act]");
  const tab = at?.closest("[role=tab]");
  const jump = at?.closest("[data-jump]");
  const copied = at?.closest("[data-copy]");
  for (const peeked of element.querySelectorAll(".cite.peeked")) if (peeked !== mark) peeked.classList.remove("peeked");
  if (mark) {
    // A finger cannot hover: the first tap previews, the second opens.
    if (matchMedia("(hover: none)").matches && mark.querySelector(".peek") && !mark.classList.contains("peeked")) mark.classList.add("peeked");
    else cite(mark);
  } else if (tab) bringForward(tab.dataset.pane);
  else if (jump) {
    event.preventDefault();
    const place = byId(jump.dataset.jump), pane = byId("proof-pane");
    pane.scrollTop += place.getBoundingClientRect().top - pane.getBoundingClientRect().top - 12;
  } else if (copied) {
    navigator.clipboard.writeText(copied.dataset.copy).then(() => tell(byId("ask").dataset.copied));
  } else if (at?.closest("#stop")) {
    const turn = running();
    if (turn) act({ do: "stop", turn });
  } else if (at?.closest("#theme")) switchTheme();
  else if (at?.closest("#back")) goBack();
  else if (at?.closest("#widen")) {
    const wide = app.classList.toggle("wide-proof");
    byId("widen").setAttribute("aria-pressed", String(wide));
  } else if (button && button.tagName === "BUTTON") {
    button.closest("details.menu")?.removeAttribute("open");
    act(withFilters(JSON.parse(button.dataset.act)));
  }
});

element.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (!form.dataset.act) return;
  const what = gathered(form);
  if (form.id === "ask") {
    if (!what.text.trim() || running()) return;
    byId("question").value = "";
    grow();
    if (!(await act(what))) { byId("question").value = what.text; grow(); }
  } else act(form.classList.contains("edit") || what.do === "ask" ? withFilters(what) : what);
});

// Enter that ends a word of an input method must not send it; Safari tells of it by the key code only.
let composing = false;
element.addEventListener("compositionstart", () => { composing = true; });
element.addEventListener("compositionend", () => { composing = false; });
element.addEventListener("keydown", (event) => {
  const at = event.target;
  if (at.id === "question" && event.key === "Enter" && !event.shiftKey && !composing && !event.isComposing && event.keyCode !== 229) {
    event.preventDefault();
    at.form.requestSubmit();
  } else if (at.closest?.("[role=tab]") && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    const tabs = [...document.querySelectorAll("[role=tab]")];
    const next = tabs[(tabs.indexOf(at) + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
    bringForward(next.dataset.pane);
    next.focus();
  } else if (at.matches?.("g.point") && ["Enter", " "].includes(event.key)) {
    event.preventDefault();
    cite(at);
  } else if (event.key === "Escape") {
    const menu = at.closest?.("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    else if (running() && at.id === "question") act({ do: "stop", turn: running() });
  }
});

function grow() {
  const box = byId("question");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, innerHeight * 0.3)}px`;
}

let later = 0;
element.addEventListener("input", (event) => {
  const at = event.target;
  if (at.id === "question") grow();
  else if (at.matches("[data-narrows]")) {
    for (const label of at.nextElementSibling.children) label.hidden = !label.textContent.includes(at.value.trim());
  } else if (at.closest("#filters")) countChosen();
  else if (at.form?.matches(".chips")) touchChip(at);
  else if (at.form?.dataset.live !== undefined && !event.isComposing) {
    clearTimeout(later);
    later = setTimeout(() => act(gathered(at.form)), 200);
  }
});
element.addEventListener("reset", () => setTimeout(countChosen));

// A touched chip shows the button that answers anew; of another body the years held are others.
function touchChip(chip) {
  if (!chip.form.matches(".touched")) byId("heard").textContent = chip.form.querySelector("button").textContent;
  chip.form.classList.add("touched");
  const body = chip.name === "bodies[]" && [...(chip.list ?? chip).options].find((one) => one.value === chip.value);
  if (!body) return;
  const { open, absent } = chip.form.dataset;
  const years = chip.closest(".target").querySelector("select[name='years[]']");
  const chosen = years.value;
  const held = body.dataset.years ? body.dataset.years.split(" ") : [];
  const listed = held.includes(chosen) ? held : [chosen, ...held];
  years.replaceChildren(...listed.map((year) => {
    const said = year ? `${year}年${held.includes(year) ? "" : absent}` : open;
    return new Option(said, year, false, year === chosen);
  }));
}

function countChosen() {
  for (const box of document.querySelectorAll("#filters details")) {
    const count = box.querySelectorAll("input:checked").length;
    box.querySelector(".chosen-count").textContent = count ? `(${count})` : "";
  }
}

// Only one menu is open at a time.
element.addEventListener("toggle", (event) => {
  if (!event.target.matches("details.menu") || !event.target.open) return;
  for (const other of element.querySelectorAll("details.menu[open]")) {
    if (other !== event.target && !other.contains(event.target)) other.open = false;
  }
  // A menu opens upwards where there is no room below.
  event.target.classList.remove("up");
  const menu = event.target.lastElementChild.getBoundingClientRect();
  const pane = event.target.closest("#turns, .pane").getBoundingClientRect();
  if (menu.bottom > pane.bottom && event.target.getBoundingClientRect().top - pane.top > menu.height) event.target.classList.add("up");
}, true);

// ---------------------------------------------------------------- uploads

element.addEventListener("change", async (event) => {
  const box = event.target;
  if (box.id !== "upload-files" || !box.files.length) return;
  const lines = byId("job");
  lines.innerHTML = "";
  const files = [];
  for (const file of [...box.files]) {
    const line = document.createElement("p");
    line.className = "remark";
    lines.append(line);
    if (file.size > Number(box.dataset.megabytes) * 1e6) { line.textContent = `${file.name}：${box.dataset.tooBig}`; continue; }
    line.textContent = `${file.name}：${box.dataset.sending}…`;
    try {
      const { path } = await upload(file);
      files.push({ path, name: file.name });
      line.remove();
    } catch (refused) {
      line.textContent = `${file.name}：${box.dataset.failed}`;
    }
  }
  box.value = "";
  const left = [...lines.children];
  if (files.length) await act({ do: "take_in", files });
  byId("job").prepend(...left);
});

// ---------------------------------------------------------------- light and dark

function switchTheme() {
  const dark = document.body.classList.toggle("dark");
  localStorage.setItem("gongkai-theme", dark ? "dark" : "light");
}

const chosen = localStorage.getItem("gongkai-theme");
if (chosen) document.body.classList.toggle("dark", chosen === "dark");

act({ do: "hello", conversation: shown }).then(() => {
  bringForward("chat");
  app.dataset.ready = "true";
  byId("question")?.focus();
});
