import { Camera, VisavisCall } from '@visavis/sdk';

const BETWEEN_PICTURES_MS = 4000;

const part = (id) => document.getElementById(id);
const camera = new Camera();
let call = newCall();
let pictures = 0;

/** Each is good for one time. */
function newCall() {
  const fresh = new VisavisCall({
    host: import.meta.env.VITE_VISAVIS_SERVER,
    license: import.meta.env.VITE_VISAVIS_LICENSE,
    name: new URLSearchParams(location.search).get('avatar') ?? 'navtalk.Iris',
  });
  fresh.attach(part('face'));
  fresh.on('change', ({ activity }) => {
    // Somebody begins to talk: what they hold up belongs to what they say.
    if (activity === 'hearing') show();
    tell();
  });
  return fresh;
}

camera.on('change', ({ stream, state }) => {
  part('preview').srcObject = stream;
  part('show').textContent = state === 'off' ? 'Camera on' : 'Camera off';
});

function show() {
  // It sends nothing while the camera is off, nor the same twice within three seconds.
  if (camera.show(call)) pictures += 1;
  tell();
}

function tell() {
  const { state, info, activity, problem } = call.snapshot;
  const canSee = info?.sees === true;
  part('show').disabled = state !== 'connected' || !canSee;
  const sight = canSee ? `Pictures: ${pictures}.` : 'This avatar does not see.';
  part('start').disabled = state !== 'idle' && state !== 'ended';
  const end = problem === null ? state : `${problem.title} ${problem.advice}`;
  part('state').textContent = state === 'connected' ? `${activity}. ${sight}` : end;
}

part('start').onclick = () => {
  if (call.snapshot.state === 'ended') call = newCall();
  call.connect();
};
part('show').onclick = async () => {
  if (camera.state.state !== 'off') camera.stop();
  else if (await camera.start()) show();
};
setInterval(show, BETWEEN_PICTURES_MS);
