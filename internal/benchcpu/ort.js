// Runs ONNX models with ONNX Runtime, as told line by line on standard input:
//   load THREADS INPUT_DIMENSIONS MODEL   (dimensions as 1x3x224x224)   answers with a number
//   run NUMBER COUNT    answers with the milliseconds of each run, and the last one's output
//   release NUMBER
// An answer that begins with "error" says what failed.
const ort = require('onnxruntime-node');
const loaded = [];
async function answer(line) {
  const [what, ...rest] = line.split(' ');
  if (what === 'load') {
    const session = await ort.InferenceSession.create(rest.slice(2).join(' '), {
      executionProviders: ['cpu'], intraOpNumThreads: +rest[0], interOpNumThreads: 1,
      executionMode: 'sequential', graphOptimizationLevel: 'all',
    });
    const dims = rest[1].split('x').map(Number);
    const x = new Float32Array(dims.reduce((a, b) => a * b, 1));
    for (let i = 0; i < x.length; i++) x[i] = (i % 255) / 128 - 1;
    loaded.push({session, feeds: {[session.inputNames[0]]: new ort.Tensor('float32', x, dims)}});
    return String(loaded.length - 1);
  }
  const {session, feeds} = loaded[+rest[0]];
  if (what === 'release') {
    await session.release();
    loaded[+rest[0]] = undefined;
    return 'released';
  }
  const times = [];
  let output;
  for (let i = 0; i < +rest[1]; i++) {
    const start = process.hrtime.bigint();
    output = await session.run(feeds);
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  const y = output[session.outputNames[0]].data;
  return times.map(t => t.toFixed(4)).join(' ') + ' ; ' + Array.from(y).join(' ');
}
const lines = require('readline').createInterface({input: process.stdin});
(async () => {
  for await (const line of lines) console.log(await answer(line).catch(e => 'error ' + e.message.split('\n')[0]));
})();
