// Makes smoother what already works without scripts: suggestions, filters, comparing.
// Listeners sit on the document, so parts that htmx swaps in need no setting up again.
(() => {
  "use strict";
  const page = document.documentElement;
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  page.classList.add("js");

  // --- On a phone the areas of desk and workspace are a strip: show the one that we are in.
  one(".areas [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // --- Suggestions: the combobox pattern of the ARIA authoring guide, list only, no inline completion.
  const WAIT = 120; // milliseconds after the last key
  const boxes = new WeakMap();

  function boxOf(input) {
    if (!boxes.has(input)) {
      const list = document.createElement("ul");
      list.id = `${input.id}-suggestions`;
      list.className = "suggestions";
      list.hidden = true;
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", input.dataset.list);
      input.closest(".search-row").after(list);
      for (const [name, value] of Object.entries({
        role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
      })) input.setAttribute(name, value);
      boxes.set(input, { list, at: -1, timer: 0, asked: null });
    }
    return boxes.get(input);
  }

  function close(input) {
    const box = boxOf(input);
    clearTimeout(box.timer);
    box.asked?.abort();
    box.at = -1;
    box.list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(input, items) {
    const { list } = boxOf(input);
    close(input);
    list.replaceChildren(...items.map((item, i) => {
      const row = document.createElement("li");
      row.id = `${list.id}-${i}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.dataset.url = item.url;
      const kind = document.createElement("small");
      kind.textContent = item.kind;
      row.append(item.name, kind);
      return row;
    }));
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(items.length > 0));
  }

  // The page of suggestions is a list of links, each with its kind below: what the list shows, too.
  function read(html) {
    const rows = all("li", new DOMParser().parseFromString(html, "text/html"));
    return rows.map((row) => {
      const link = one("a", row);
      return { name: link.textContent, url: link.getAttribute("href"), kind: one("p", row)?.textContent ?? "" };
    });
  }

  async function suggest(input) {
    const box = boxOf(input);
    const text = input.value.trim();
    if (!text) return close(input);
    box.asked?.abort();
    box.asked = new AbortController();
    try {
      const address = `${input.dataset.suggest}?${new URLSearchParams({ q: text })}`;
      const answer = await fetch(address, { signal: box.asked.signal, headers: { "HX-Request": "true" } });
      if (answer.ok && document.activeElement === input) show(input, read(await answer.text()));
    } catch {
      // Typed on, or offline: the search itself still works.
    }
  }

  function move(input, step) {
    const box = boxOf(input);
    const rows = [...box.list.children];
    if (box.list.hidden || !rows.length) return suggest(input);
    rows[box.at]?.setAttribute("aria-selected", "false");
    const places = rows.length + 1; // the box itself is one of the places
    box.at = ((box.at + 1 + step + places) % places) - 1;
    const row = rows[box.at];
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    if (row) input.setAttribute("aria-activedescendant", row.id);
    else input.removeAttribute("aria-activedescendant");
  }

  const isBox = (element) => element instanceof HTMLInputElement && "suggest" in element.dataset;

  document.addEventListener("input", ({ target, isComposing }) => {
    if (!isBox(target) || isComposing) return;
    const box = boxOf(target);
    clearTimeout(box.timer);
    box.timer = setTimeout(() => suggest(target), WAIT);
  });
  document.addEventListener("compositionend", ({ target }) => isBox(target) && suggest(target));
  document.addEventListener("focusout", ({ target }) => isBox(target) && close(target));
  document.addEventListener("submit", ({ target }) => all("[data-suggest]", target).forEach(close));
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (!isBox(target) || event.isComposing) return;
    const box = boxOf(target);
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      move(target, key === "ArrowDown" ? 1 : -1);
    } else if (key === "Escape" && !box.list.hidden) {
      event.preventDefault();
      close(target);
    } else if (key === "Enter" && box.at >= 0) {
      event.preventDefault();
      location.assign(box.list.children[box.at].dataset.url);
    }
  });
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest(".suggestions")) event.preventDefault(); // keep the focus in the box
  });
  document.addEventListener("click", ({ target }) => {
    const row = target.closest(".suggestions li");
    if (row) location.assign(row.dataset.url);
  });

  // --- Filters: an empty field is no condition, so it stays out of the address.
  document.addEventListener("htmx:config:request", ({ detail }) => {
    const { body } = detail.ctx.request;
    if (!(body instanceof FormData)) return;
    for (const [name, value] of [...body]) if (value === "") body.delete(name);
  });

  // --- Comparing: ticks survive paging and new searches, for as long as the tab is open.
  const ticked = () => new Set(JSON.parse(sessionStorage.getItem("compare") ?? "[]"));
  const keep = (ids) => sessionStorage.setItem("compare", JSON.stringify([...ids]));

  function showTicks() {
    const bar = one("#compare");
    if (!bar) return;
    const ids = ticked();
    const most = Number(bar.dataset.most);
    for (const box of all('input[form="compare"]')) {
      box.checked = ids.has(box.value);
      box.disabled = !box.checked && ids.size >= most;
    }
    const said = one("[data-count]", bar);
    said.textContent = said.dataset.count.replace("{n}", ids.size).replace("{most}", most);
    bar.hidden = ids.size === 0;
    one("[type=submit]", bar).disabled = ids.size < 2;
    bar.classList.add("floating");
  }

  document.addEventListener("change", ({ target }) => {
    if (!target.matches('input[form="compare"]')) return;
    const ids = ticked();
    if (target.checked) ids.add(target.value);
    else ids.delete(target.value);
    keep(ids);
    showTicks();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "compare") return;
    event.preventDefault();
    const query = new URLSearchParams([...ticked()].map((id) => ["id", id]));
    location.assign(`${event.target.action}?${query}`);
  });
  document.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-clear]")) return;
    keep([]);
    showTicks();
  });

  // --- Copying an address that stands in a field.
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select(); // without permission to copy, the keyboard can
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.done;
    } catch {
      field.focus();
    }
  });

  // --- A thread: new messages come by themselves while somebody looks at it.
  const LATER = 60000; // milliseconds until a refused stream is tried again
  let stream = null;

  function follow() {
    const thread = one("[data-events]");
    if (!thread || document.hidden) {
      stream?.close();
      stream = null;
      return;
    }
    if (stream && stream.readyState !== EventSource.CLOSED) return;
    stream = new EventSource(`${thread.dataset.events}?after=${thread.dataset.after}`);
    stream.addEventListener("news", ({ data, lastEventId }) => {
      thread.dataset.after = lastEventId;
      if (document.getElementById(`line-${lastEventId}`)) return;
      thread.insertAdjacentHTML("beforeend", data);
      if (thread.lastElementChild.matches("[data-moves]")) one("#moved").hidden = false;
    });
    stream.addEventListener("end", () => { // signed out, or no member any more
      stream.close();
      thread.removeAttribute("data-events");
    });
    stream.addEventListener("error", ({ target }) => {
      if (target.readyState === EventSource.CLOSED) setTimeout(follow, LATER);
    });
  }

  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => stream?.close());
  addEventListener("pageshow", follow);

  function ready() {
    all("[data-suggest]").forEach(boxOf);
    showTicks();
  }
  ready();
  addEventListener("pageshow", showTicks);
  document.addEventListener("htmx:after:swap", ready);
})();
