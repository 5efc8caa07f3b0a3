// Sending files into the archive: parts at once, again when one fails, on from where it stopped. It knows no page: what is
// on its way goes on while other pages are looked at, and tells whoever listens.

const SENDING_AT_ONCE = 3; // where the link is fast: on a slow one, one at a time, so that little is lost with it
const SENDING_QUICK = 2000; // ms in which a part goes where there is room for one more
const SENDING_SLOW = 6000; // ms after which there is room for one less
const SENDING_STALLED = 60_000; // ms without a byte after which a part is tried again
const SENDING_SAMPLE = 64 * 1024;
const SENDING_SAMPLES = 16; // as archive/arrivals/fingerprint.py

// One for the whole window, however often the page's scripts are loaded.
export const sending = (globalThis.shijiaoSending ??= {
  recordings: new Map(), listeners: new Set(), queue: [], running: false, room: 1,
});

const sendingAddress = (path) => new URL(`gate/add/${path}`, document.baseURI).href;
const sendingPause = (ms) => new Promise((done) => setTimeout(done, ms));
const sendingHex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

function sendingTell() {
  if (sending.told) return;
  sending.told = true; // several changes are one picture
  setTimeout(() => { sending.told = false; for (const listen of sending.listeners) listen(); }, 120);
}

// Without TLS a browser has no WebCrypto: then the same digest is made by WebAssembly.
async function sendingDigest(buffer) {
  if (globalThis.crypto?.subtle) return sendingHex(await crypto.subtle.digest("SHA-256", buffer));
  if (!globalThis.hashwasm) await import(new URL(sending.library, document.baseURI).href);
  return globalThis.hashwasm.sha256(new Uint8Array(buffer));
}

async function sendingFingerprint(file) {
  const { size } = file;
  const starts = size <= SENDING_SAMPLE * SENDING_SAMPLES ? [0]
    : Array.from({ length: SENDING_SAMPLES }, (_, n) => Math.floor(((size - SENDING_SAMPLE) * n) / (SENDING_SAMPLES - 1)));
  const length = starts.length === 1 ? size : SENDING_SAMPLE;
  const samples = starts.map((start) => file.slice(start, start + length));
  return sendingDigest(await new Blob([`${size}\n`, ...samples]).arrayBuffer());
}

export async function sendingAsk(path, body, more = {}) {
  const options = { headers: { "X-Shijiao": "1" }, cache: "no-store", ...more };
  if (body !== undefined) Object.assign(options, { method: "POST", body: JSON.stringify(body) });
  const answer = await fetch(sendingAddress(path), options);
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(told.message ?? answer.statusText), { status: answer.status, code: told.code });
  return told;
}

// Of a file that is gone, or was changed since it was chosen, nothing more can be read.
const sendingUnreadable = (error) => ["NotReadableError", "NotFoundError"].includes(error.name);
const sendingFinal = (error) => sendingUnreadable(error) || [400, 401, 403, 404].includes(error.status);

// Again and again, ever more seldom up to half a minute, each time a little otherwise than the others; at once when the
// network is back, and no more once it is halted.
async function sendingPersist(recording, halt, what) {
  for (let turn = 0; ; turn += 1) {
    try {
      halt.throwIfAborted();
      const answer = await what();
      recording.trouble = "";
      return answer;
    } catch (error) {
      halt.throwIfAborted();
      if (sendingFinal(error)) throw error;
      recording.trouble = navigator.onLine ? "retrying" : "offline";
      sendingTell();
      const wait = Math.min(30_000, 500 * 2 ** turn) * (0.5 + Math.random());
      await new Promise((done) => {
        const timer = setTimeout(done, wait);
        const early = () => { clearTimeout(timer); done(); };
        addEventListener("online", early, { once: true });
        halt.addEventListener("abort", early, { once: true });
      });
    }
  }
}

function sendingPut(address, data, headers, halt, progress) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much has left
    let timer;
    const alive = () => { clearTimeout(timer); timer = setTimeout(() => request.abort(), SENDING_STALLED); };
    const stop = () => request.abort();
    const over = () => { clearTimeout(timer); halt.removeEventListener("abort", stop); };
    const failed = (status = 0) => {
      over();
      const code = (() => { try { return JSON.parse(request.responseText).code; } catch { return undefined; } })();
      fail(Object.assign(new Error(`part: ${status}`), { status, code }));
    };
    request.open("PUT", address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => { alive(); progress(event.loaded); };
    request.onload = () => { over(); if (request.status < 300) done(); else failed(request.status); };
    request.onerror = () => failed();
    request.onabort = () => failed();
    halt.addEventListener("abort", stop);
    alive();
    request.send(data);
  });
}

class SendingFile {
  constructor(recording, told) {
    this.recording = recording;
    this.flying = new Map(); // part -> its bytes that have left
    this.take(told);
  }

  take(told) {
    Object.assign(this, { source: told.source, name: told.name, role: told.role, size: told.size,
      fingerprint: told.fingerprint, partSize: told.partSize, sent: told.sent, checked: told.checked, failed: told.trouble });
    if (!this.busy) this.stored = told.done;
  }

  get done() {
    let bytes = this.stored;
    for (const each of this.flying.values()) bytes += each;
    return Math.min(this.size, bytes);
  }

  async send(turn) {
    const halt = turn.signal;
    this.busy = true;
    const underway = new Set();
    try {
      const { have, direct, partSize } = await sendingPersist(this.recording, halt, () => sendingAsk(`${this.source}/have`));
      this.partSize = partSize;
      this.direct = direct;
      this.stored = 0;
      const count = Math.max(1, Math.ceil(this.size / partSize));
      for (let number = 1; number <= count; number += 1) {
        const part = this.part(number, have, halt).finally(() => underway.delete(part));
        underway.add(part);
        while (underway.size >= sending.room) await Promise.race(underway);
      }
      await Promise.all(underway);
      await sendingPersist(this.recording, halt, () => sendingAsk(`${this.source}/sent`, {}));
      this.sent = true;
    } catch (error) {
      turn.abort(error); // the parts beside it too
      throw error;
    } finally {
      await Promise.allSettled(underway);
      this.busy = false;
      this.flying.clear();
      sendingTell();
    }
  }

  async part(number, have, halt) {
    halt.throwIfAborted();
    const start = (number - 1) * this.partSize;
    const data = this.file.slice(start, start + this.partSize); // the browser reads it: we hold no more than we hash
    let digest = await sendingDigest(await data.arrayBuffer());
    if (have[number] !== digest) {
      let again = false;
      await sendingPersist(this.recording, halt, async () => {
        // What was on the line when something died may have arrived all the same.
        if (again && (await sendingAsk(`${this.source}/have`)).have[number] === digest) return;
        again = true;
        try {
          await this.carry(number, data, digest, halt);
        } catch (error) {
          if (error.code === "fixity") digest = await sendingDigest(await data.arrayBuffer());
          throw error;
        }
      });
    }
    this.flying.delete(number);
    this.stored += data.size;
    sendingTell();
  }

  async carry(number, data, digest, halt) {
    const progress = (bytes) => { this.flying.set(number, bytes); sending.rate.note(this.recording); sendingTell(); };
    const began = performance.now();
    this.flying.set(number, 0);
    try {
      await this.carried(number, data, digest, halt, progress);
      const took = performance.now() - began;
      if (took < SENDING_QUICK) sending.room = Math.min(SENDING_AT_ONCE, sending.room + 1);
      else if (took > SENDING_SLOW) sending.room = Math.max(1, sending.room - 1);
    } catch (error) {
      this.flying.delete(number);
      sending.room = 1;
      throw error;
    }
  }

  async carried(number, data, digest, halt, progress) {
    if (this.direct) {
      const { address } = await sendingAsk(`${this.source}/${number}/address`, { sha256: digest });
      try {
        return await sendingPut(address, data, {}, halt, progress);
      } catch (error) {
        halt.throwIfAborted();
        if (error.status) throw Object.assign(error, { status: 500 }); // the store's own refusal may pass: try again
        this.direct = false; // it cannot be reached from here: through the portal then
      }
    }
    const headers = { "X-Shijiao": "1", "X-Part-SHA256": digest, "Content-Type": "application/octet-stream" };
    return sendingPut(sendingAddress(`${this.source}/${number}`), data, headers, halt, progress);
  }
}

// Bytes per second over the last quarter of a minute.
sending.rate ??= {
  marks: [],
  note(recording) {
    const now = performance.now();
    if (this.of !== recording) { this.of = recording; this.marks = []; }
    const last = this.marks.at(-1);
    if (last && now - last[0] < 250) return;
    this.marks.push([now, sendingBytes(recording).done]);
    while (this.marks.length > 2 && now - this.marks[0][0] > 15_000) this.marks.shift();
  },
  now(recording) {
    const [first, last] = [this.marks[0], this.marks.at(-1)];
    if (this.of !== recording || !first || last[0] - first[0] < 1000) return 0;
    return Math.max(0, ((last[1] - first[1]) * 1000) / (last[0] - first[0]));
  },
};

export function sendingBytes(recording) {
  const add = (name) => recording.files.reduce((sum, file) => sum + file[name], 0);
  return { done: add("done"), size: add("size"), checked: add("checked") };
}

export function sendingKnow(told) {
  let recording = sending.recordings.get(told.id);
  if (!recording) {
    recording = { id: told.id, files: [], description: told.description, paused: false, trouble: "" };
    sending.recordings.set(told.id, recording);
  }
  recording.arrived = told.arrived;
  if (told.files.length) {
    recording.files = told.files.map((each) => {
      const known = recording.files.find((file) => file.source === each.source);
      known?.take(each);
      return known ?? new SendingFile(recording, each);
    });
  }
  return recording;
}

// What a recording is doing: arrived, checking, sending, waiting (for its turn), paused, offline, retrying, choose (its
// file again), known, refused, or stopped by an error's code.
export function sendingState(recording) {
  if (recording.known) return "known";
  if (recording.arrived) return "arrived";
  if (recording.failed) return "failed";
  if (recording.paused) return "paused";
  if (recording.files.every((file) => file.sent)) return "checking";
  if (recording.files.some((file) => !file.sent && !file.file)) return "choose";
  if (recording.trouble) return recording.trouble;
  return recording.files.some((file) => file.busy) ? "sending" : "waiting";
}

export function sendingGoOn(recording) {
  Object.assign(recording, { paused: false, failed: "", trouble: "" });
  if (!sending.queue.includes(recording)) sending.queue.push(recording);
  sendingRun();
  sendingTell();
}

// At once: what is on the line of a part is lost, and the part sent again later.
export function sendingHold(recording) {
  recording.paused = true;
  recording.turn?.abort();
  sendingTell();
}

async function sendingRun() {
  if (sending.running) return;
  sending.running = true;
  try {
    for (let recording; (recording = sending.queue.shift());) {
      if (recording.paused || recording.gone) continue;
      const turn = new AbortController(); // one for each: it may be told to go on before this one has come to rest
      recording.turn = turn;
      try {
        for (const file of recording.files) if (file.file && !file.sent && !turn.signal.aborted) await file.send(turn);
      } catch (error) {
        if (error.name !== "AbortError") await sendingFailed(recording, error);
      }
    }
  } finally {
    sending.running = false;
    sendingTell();
  }
}

async function sendingFailed(recording, error) {
  console.warn(error);
  if (error.status === 404) await sendingSettled(recording);
  if (!recording.arrived && !recording.known && !recording.gone) {
    recording.failed = sendingUnreadable(error) ? "unreadable" : error.code ?? "error";
  }
}

// The rows of a file are gone when it has arrived, or when the archive has found that it had these bytes already.
async function sendingSettled(recording) {
  try {
    sendingKnow(await sendingAsk(`of/${recording.id}`));
  } catch (error) {
    if (error.status !== 404) return;
    const files = recording.files.map(({ name, size, fingerprint }) => ({ name, size, fingerprint }));
    const { files: looked } = await sendingAsk("look", { files });
    const known = looked.find((each) => each.known)?.known;
    if (known) recording.known = known;
    else { recording.gone = true; sending.recordings.delete(recording.id); }
  }
}

// Looks after what has been sent until it is there.
async function sendingFollow() {
  for (;;) {
    await sendingPause(1500);
    for (const recording of [...sending.recordings.values()]) {
      if (sendingState(recording) !== "checking") continue;
      await sendingSettled(recording).catch(() => {});
      if (recording.files.some((file) => !file.sent && file.file)) sendingGoOn(recording); // damaged on its way
      sendingTell();
    }
  }
}

export function sendingStart(library, listen) {
  sending.library = library;
  sending.listeners.clear();
  sending.listeners.add(listen);
  if (sending.follows) return;
  sending.follows = sendingFollow();
  addEventListener("beforeunload", (event) => {
    if ([...sending.recordings.values()].some((each) => each.files.some((file) => file.busy))) event.preventDefault();
  });
}

export async function sendingLook(files) {
  const offered = [];
  for (const file of files) {
    const head = new Uint8Array(await file.slice(0, 512).arrayBuffer());
    offered.push({ name: file.name, size: file.size, fingerprint: await sendingFingerprint(file),
      head: btoa(String.fromCharCode(...head)) });
  }
  const { files: looked } = await sendingAsk("look", { files: offered });
  return offered.map((each, n) => ({ ...each, ...looked[n], file: files[n] }));
}

export async function sendingBegin(chosen, description) {
  const files = chosen.map(({ name, size, fingerprint, role, goesOn }) => ({ name, size, fingerprint, role, goesOn }));
  const recording = sendingKnow(await sendingAsk("begin", { files, description }));
  for (const each of chosen) recording.files.find((file) => file.fingerprint === each.fingerprint).file = each.file;
  sendingGoOn(recording);
  return recording;
}

// A file that was begun, perhaps on another machine, has been chosen again.
export async function sendingResume({ begun, file, fingerprint }) {
  const recording = sendingKnow(await sendingAsk(`of/${begun.recording}`));
  recording.files.find((each) => each.fingerprint === fingerprint).file = file;
  if (recording.files.some((each) => each.file && !each.sent)) sendingGoOn(recording);
  sendingTell();
}

export async function sendingDiscard(recording) {
  recording.gone = true;
  recording.turn?.abort();
  await sendingAsk(`of/${recording.id}/discard`, {}).catch((error) => { if (error.status !== 404) throw error; });
  sending.recordings.delete(recording.id);
  sendingTell();
}
