"use strict";

/*
 * The scan box of the floor's pages. It owns the focus, takes codes one after the other, ignores a
 * double scan, and says the answer with colour, sound and vibration. Without this file the pages
 * still work as plain forms.
 */

(function () {
  const DOUBLE_SCAN_MS = 300;
  const form = document.querySelector("form[data-scan]");
  const box = document.getElementById("scan-box");
  const lost = document.getElementById("scan-lost");
  if (!form || !box || !window.htmx) {
    return;
  }

  const queue = [];
  let busy = false;
  let sending = null;
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
    queue.push(code);
    sendNext();
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

  function keepFocus() {
    if (!isTextField(document.activeElement) && document.activeElement !== box) {
      box.focus({ preventScroll: true });
    }
  }

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

  function stored() {
    try {
      return window.localStorage.getItem("floor-sound");
    } catch (refused) {
      return null; /* storage may be forbidden; then the sound is simply on */
    }
  }

  let soundOn = stored() !== "off";

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
      try {
        window.localStorage.setItem("floor-sound", soundOn ? "on" : "off");
      } catch (refused) {
        sound.dataset.kept = "no"; /* it holds for this page only */
      }
      showSound(sound);
    }
    if (!event.target.closest("summary")) {
      window.setTimeout(keepFocus, 0);
    }
  });

  function showSound(button) {
    button.setAttribute("aria-pressed", String(soundOn));
    button.textContent = soundOn ? button.dataset.on : button.dataset.off;
  }

  document.addEventListener("focusout", function () {
    window.setTimeout(keepFocus, 150);
  });

  form.addEventListener("htmx:configRequest", function (event) {
    busy = true;
    document.body.classList.add("scan-busy");
    event.detail.parameters.code = sending === null ? box.value.trim() : sending;
    sending = null;
  });

  function rest() {
    busy = false;
    document.body.classList.remove("scan-busy");
  }

  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.target.id === "scan-area" || event.target.id === "scan-area") {
      rest();
      lost.hidden = true;
      sayVerdict();
      keepFocus();
      sendNext();
    }
  });

  ["htmx:sendError", "htmx:timeout", "htmx:responseError", "htmx:sendAbort"].forEach(function (name) {
    document.addEventListener(name, function () {
      queue.length = 0;
      rest();
      lost.hidden = false;
      say("error");
      keepFocus();
    });
  });
  window.addEventListener("offline", function () {
    lost.hidden = false;
  });

  document.querySelectorAll("[data-sound-switch]").forEach(showSound);
  keepFocus();
})();
