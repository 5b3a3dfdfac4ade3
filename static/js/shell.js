"use strict";

/* The shell stays true while a page is open: counts beside the navigation and running jobs, asked
   for every 25 s while somebody looks. What was known is shown at once on the next page. */

(function () {
  const EVERY_MS = 25 * 1000;
  const KEPT = "shell-state";
  let asking = false;
  let asked = 0;

  function showCounts(counts) {
    document.querySelectorAll("[data-count]").forEach(function (element) {
      element.textContent = counts[element.dataset.count] || "";
    });
  }

  function jobLine(job) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = job.url;
    link.textContent = job.title;
    const bar = document.createElement("progress");
    bar.max = 100;
    if (job.percent !== null) {
      bar.value = job.percent;
    }
    bar.setAttribute("aria-label", job.title);
    const said = document.createElement("span");
    said.className = "soft";
    said.textContent = job.percent === null ? job.state : job.percent + " %";
    line.append(link, bar, said);
    return line;
  }

  function showJobs(jobs) {
    const drop = document.getElementById("jobs-drop");
    const list = document.getElementById("running-jobs");
    if (!drop || !list) {
      return;
    }
    drop.hidden = jobs.length === 0;
    drop.querySelector("[data-jobs-count]").textContent = jobs.length || "";
    list.replaceChildren.apply(list, jobs.map(jobLine));
  }

  function show(state) {
    showCounts(state.counts);
    showJobs(state.jobs);
  }

  function ask() {
    if (asking || document.hidden) {
      return;
    }
    asking = true;
    asked = Date.now();
    window
      .fetch("/shell/state/", { headers: { Accept: "application/json" }, redirect: "error" })
      .then(function (answer) {
        if (!answer.ok) {
          throw new Error(String(answer.status));
        }
        return answer.json();
      })
      .then(function (state) {
        window.sessionStorage.setItem(KEPT, JSON.stringify(state));
        show(state);
        document.dispatchEvent(new CustomEvent("house:found"));
      })
      .catch(function () {
        /* A page that was left while it asked is no lost connection; a refusal neither. */
        if (!document.hidden && !window.navigator.onLine) {
          document.dispatchEvent(new CustomEvent("house:lost"));
        }
      })
      .finally(function () { asking = false; });
  }

  const kept = window.sessionStorage.getItem(KEPT);
  if (kept) {
    show(JSON.parse(kept));
  }
  ask();
  window.setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden && Date.now() - asked > EVERY_MS) {
      ask();
    }
  });

  /* The key help lists what this page answers to. */
  const list = document.querySelector("[data-key-list]");
  if (list) {
    const told = new Set();
    document.querySelectorAll("[data-key], [data-row-key]").forEach(function (element) {
      const pressed = element.dataset.key || element.dataset.rowKey;
      if (told.has(pressed)) {
        return;
      }
      told.add(pressed);
      const row = document.createElement("div");
      const keys = document.createElement("dt");
      pressed.split(" ").forEach(function (key) {
        const kbd = document.createElement("kbd");
        kbd.textContent = key.length === 1 ? key.toUpperCase() : key;
        keys.append(kbd, " ");
      });
      const what = document.createElement("dd");
      const label = element.querySelector("span");
      what.textContent = element.dataset.keyLabel || (label || element).textContent.trim();
      row.append(keys, what);
      list.append(row);
    });
  }
  window.house.keys.add("?", function () {
    document.getElementById("key-help").showModal();
  });
  document.querySelectorAll("form[action$='/sign-out/']").forEach(function (form) {
    form.addEventListener("submit", function () { window.sessionStorage.removeItem(KEPT); });
  });
})();
