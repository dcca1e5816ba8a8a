// Serves the times of large models in ONNX Runtime on two threads: a name a line in, the
// seconds of a run out. The models are those of models.py in engine/encoder/testdata.
//
//   node time.js FOLDER
'use strict'
const path = require('path')
const readline = require('readline')
const ort = require('onnxruntime-node')

// The numbers do not matter for the time, but the tokens must be in the vocabulary.
const integers = (n, f) => new ort.Tensor('int64', BigInt64Array.from({ length: n }, (_, i) => BigInt(f(i))), [1, n])
const floats = (dims) => new ort.Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b)).fill(0.5), dims)
const inputs = {
  roberta: () => ({ input_ids: integers(64, (i) => 5 + i), attention_mask: integers(64, () => 1) }),
  wav2vec: () => ({ wave: floats([1, 32000]) }),
  densenet: () => ({ picture: floats([1, 3, 224, 224]) }),
}

async function main() {
  const sessions = {}
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const name = line.trim()
    if (!sessions[name]) {
      sessions[name] = await ort.InferenceSession.create(path.join(process.argv[2], name + '.onnx'), { intraOpNumThreads: 2, interOpNumThreads: 1 })
      await sessions[name].run(inputs[name]())
    }
    const start = process.hrtime.bigint()
    await sessions[name].run(inputs[name]())
    console.log(Number(process.hrtime.bigint() - start) / 1e9)
  }
}

main().catch((e) => { console.error(e.message); process.exit(1) })
