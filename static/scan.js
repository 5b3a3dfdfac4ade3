"use strict";

/*
 * The scan box of the floor's pages. It owns the focus, takes codes one after the other, ignores a
 * double scan, and says the answer with colour, sound and vibration. Without this file the pages
 * still work as plain forms.
 *
 * When the connection is gone it says so and takes nothing more. The one scan whose answer was lost
 * is asked again by itself when the house answers: it carries the same token, so that it counts once
 * whether it had arrived or not.
 */

(function () {
  const DOUBLE_SCAN_MS = 300;
  const ALIVE_MS = 1500;
  const form = document.querySelector("form[data-scan]");
  const box = document.getElementById("scan-box");
  const lost = document.getElementById("scan-lost");
  const heard = document.getElementById("scan-heard");
  const line = document.getElementById("pda-line");
  if (!form || !box || !window.htmx) {
    return;
  }

  const queue = [];
  let busy = false;
  let sending = null;
  let asked = null; /* what was sent and is not answered yet: a code, or a pressed button */
  let cut = false; /* the connection is gone */
  let knocking = 0;
  let lastCode = "";
  let lastAt = 0;

  /* Full-width letters and digits come from Chinese input methods; codes are stored folded. */
  function fold(text) {
    return text.normalize("NFKC").trim().toUpperCase();
  }

  function take() {
    /* Sent as it was read: serial numbers may have small letters. The house folds the rest. */
    const code = box.value.trim();
    const folded = fold(code);
    box.value = "";
    const now = performance.now();
    const doubled = folded !== "" && folded === lastCode && now - lastAt < DOUBLE_SCAN_MS;
    lastCode = folded;
    lastAt = now;
    if (doubled) {
      return;
    }
    if (cut) {
      refuse(code);
      return;
    }
    flash("scan-taken");
    heard.textContent = code;
    queue.push({ code: code });
    sendNext();
  }

  /* Nothing is put aside in silence: what is scanned without a connection was not scanned. */
  function refuse(code) {
    flash("scan-refused");
    say("error");
    lost.textContent = lost.dataset.blocked + " " + code;
  }

  function flash(name) {
    form.classList.add(name);
    window.setTimeout(function () {
      form.classList.remove(name);
    }, 200);
  }

  function sendNext() {
    if (busy || queue.length === 0) {
      return;
    }
    sending = queue.shift();
    form.requestSubmit();
  }

  function isTextField(element) {
    return Boolean(element) && element !== box && element.matches("input[type='text'], select, textarea");
  }

  /* Who walks to a button by Tab may press it: the box takes the focus back with the next letter. */
  let tabbed = false;

  function keepFocus() {
    const at = document.activeElement;
    const chosen = tabbed && at && at.matches("a[href], button, summary, input");
    if (!isTextField(at) && at !== box && !chosen) {
      box.focus({ preventScroll: true });
    }
  }

  document.addEventListener("keydown", function (event) {
    const isLetter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Tab") {
      tabbed = true;
    } else if (isLetter && !isTextField(document.activeElement)) {
      tabbed = false;
      keepFocus();
    }
  });
  document.addEventListener("pointerdown", function () { tabbed = false; });

  /* Sound: a short sine is right, a long square is wrong, two tones are "complete". */
  const TONES = {
    ok: [{ type: "sine", hertz: 1200, from: 0, seconds: 0.08 }],
    done: [
      { type: "sine", hertz: 880, from: 0, seconds: 0.09 },
      { type: "sine", hertz: 1320, from: 0.1, seconds: 0.14 },
    ],
    error: [{ type: "square", hertz: 220, from: 0, seconds: 0.4 }],
  };
  const SHAKES = { ok: 30, done: [30, 40, 30], error: [150, 60, 150] };
  let audio = null;

  function stored(name) {
    try {
      return window.localStorage.getItem(name);
    } catch (refused) {
      return null; /* storage may be forbidden; then each page starts as it is made */
    }
  }

  function store(name, value, button) {
    try {
      window.localStorage.setItem(name, value);
    } catch (refused) {
      button.dataset.kept = "no"; /* it holds for this page only */
    }
  }

  /* The switch of this device wins; where nobody has pressed it, what the person's profile says. */
  let soundOn = (stored("floor-sound") || document.body.dataset.soundWish) !== "off";
  /* A scanner types by itself; the screen's keyboard would cover half the page. */
  let keyboardOn = stored("floor-keyboard") === "on";

  function say(name) {
    if (navigator.vibrate) {
      navigator.vibrate(SHAKES[name] || 0);
    }
    const Audio = window.AudioContext || window.webkitAudioContext;
    if (!soundOn || !Audio || !TONES[name]) {
      return;
    }
    audio = audio || new Audio();
    TONES[name].forEach(function (tone) {
      const wave = audio.createOscillator();
      const volume = audio.createGain();
      const start = audio.currentTime + tone.from;
      wave.type = tone.type;
      wave.frequency.value = tone.hertz;
      volume.gain.setValueAtTime(0.2, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + tone.seconds);
      wave.connect(volume).connect(audio.destination);
      wave.start(start);
      wave.stop(start + tone.seconds);
    });
    document.body.dataset.lastSound = name;
  }

  function sayVerdict() {
    const verdict = document.querySelector("#scan-area [data-sound]");
    if (verdict) {
      say(verdict.dataset.sound);
    }
  }

  box.addEventListener("keydown", function (event) {
    /* While an input method composes, Enter chooses a word and is not the end of a code. */
    if (event.isComposing || event.keyCode === 229) {
      return;
    }
    if (event.key === "Enter" || (event.key === "Tab" && box.value.trim() !== "")) {
      event.preventDefault();
      take();
    }
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest("button[type='submit']");
    if (button && button.classList.contains("scan-go")) {
      event.preventDefault();
      take();
    } else if (button && button.form === form && busy) {
      event.preventDefault(); /* one command at a time */
    }
    const all = event.target.closest("[data-ticks]");
    if (all) {
      document.querySelectorAll("input[name='" + all.dataset.ticks + "']").forEach(function (each) {
        each.checked = all.checked;
      });
    }
    const sound = event.target.closest("[data-sound-switch]");
    if (sound) {
      soundOn = !soundOn;
      store("floor-sound", soundOn ? "on" : "off", sound);
      showSound(sound);
    }
    const keyboard = event.target.closest("[data-keyboard-switch]");
    if (keyboard) {
      keyboardOn = !keyboardOn;
      store("floor-keyboard", keyboardOn ? "on" : "off", keyboard);
      showKeyboard(keyboard);
    }
    if (!event.target.closest("summary")) {
      window.setTimeout(keepFocus, 0);
    }
  });

  function showSound(button) {
    button.setAttribute("aria-pressed", String(soundOn));
    button.setAttribute("aria-label", soundOn ? button.dataset.on : button.dataset.off);
    button.title = soundOn ? button.dataset.on : button.dataset.off;
  }

  function showKeyboard(button) {
    button.setAttribute("aria-pressed", String(keyboardOn));
    box.inputMode = keyboardOn ? "text" : "none";
  }

  document.addEventListener("focusout", function () {
    window.setTimeout(keepFocus, 150);
  });

  form.addEventListener("htmx:configRequest", function (event) {
    busy = true;
    document.body.classList.add("scan-busy");
    const fields = event.detail.parameters;
    asked = sending || { code: box.value.trim(), action: fields.action };
    sending = null;
    fields.code = asked.code;
    if (asked.action) {
      fields.action = asked.action;
    }
  });

  function rest() {
    busy = false;
    document.body.classList.remove("scan-busy");
  }

  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.target.id === "scan-area" || event.target.id === "scan-area") {
      asked = null;
      rest();
      connected();
      heard.textContent = "\u00a0";
      tabbed = false;
      sayVerdict();
      keepFocus();
      sendNext();
    }
  });

  function connected() {
    cut = false;
    window.clearTimeout(knocking);
    knocking = 0;
    lost.hidden = true;
    showLine();
  }

  function disconnected() {
    cut = true;
    queue.length = 0;
    rest();
    lost.textContent = lost.dataset.waits + " " + nameOf(asked);
    lost.hidden = false;
    showLine();
    say("error");
    keepFocus();
    knock();
  }

  function nameOf(scan) {
    return scan ? scan.code || scan.action || "" : "–";
  }

  function showLine() {
    line.classList.toggle("pda-line-off", cut);
    line.querySelector(".pda-line-text").textContent = cut ? line.dataset.off : line.dataset.on;
  }

  /* Ask the house whether it is there; when it is, ask again what was not answered. */
  function knock() {
    window.clearTimeout(knocking);
    knocking = window.setTimeout(function () {
      fetch(document.body.dataset.alive, { cache: "no-store" }).then(answered, knock);
    }, ALIVE_MS);
  }

  function answered(reply) {
    if (!reply.ok) {
      knock();
      return;
    }
    const again = asked;
    connected();
    if (again !== null) {
      queue.push(again);
      sendNext();
    }
  }

  ["htmx:sendError", "htmx:timeout", "htmx:sendAbort"].forEach(function (name) {
    document.addEventListener(name, disconnected);
  });
  document.addEventListener("htmx:responseError", function () {
    /* The house is there and failed: nothing was booked, and asking again by itself helps nobody. */
    queue.length = 0;
    rest();
    lost.textContent = lost.dataset.failed + " " + nameOf(asked);
    lost.hidden = false;
    asked = null;
    say("error");
    keepFocus();
  });
  window.addEventListener("offline", function () {
    if (!cut) {
      disconnected();
    }
  });
  window.addEventListener("online", function () {
    if (cut) {
      fetch(document.body.dataset.alive, { cache: "no-store" }).then(answered, knock);
    }
  });

  document.querySelectorAll("[data-sound-switch]").forEach(showSound);
  document.querySelectorAll("[data-keyboard-switch]").forEach(showKeyboard);
  sayVerdict();
  keepFocus();
})();
