// Make writes the fixtures of this folder with Apache Arrow, another implementation of
// Parquet than the one under test. It is a module of its own, so that Arrow is no
// dependency of the project:
//
//	cd make && go run . ..
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/float16"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// utterance is a row of the fixtures; nil is null.
type utterance struct {
	dialogue    string
	turn        int
	speaker     string
	split       string
	label       any // float64
	class       any // string
	text, audio []float64
}

var small = []utterance{
	{"talk one", 0, "anna", "train", 1.5, "joy", []float64{0.25, 0.5}, []float64{1, 2, 3}},
	{"talk one", 2, "ben", "train", -0.5, "anger", nil, []float64{4, 5, 6.5}},
	{`b, "two"`, 1, "anna", "test", nil, nil, []float64{0.125, -2}, nil},
	{"talk one", 1, "anna", "train", 3.0, "joy", []float64{7, 8}, []float64{0, 0, 0.125}},
	{`b, "two"`, 0, "zoë", "test", 0.0, "fear", []float64{9, -1}, []float64{1, 1, 1}},
}

// long has more rows than fit a page. Its values follow a rule that the test knows.
func long() (out []utterance) {
	for i := range 1500 {
		u := utterance{dialogue: fmt.Sprintf("d%02d", i/15), turn: i % 15, speaker: fmt.Sprint("s", i%3), split: []string{"train", "valid", "test"}[i/15%3], label: float64(i%25)/4 - 3}
		for j := range 12 {
			u.text = append(u.text, float64((i*31+j*17)%1021)/8)
		}
		if i%7 != 0 {
			u.audio = []float64{float64(i), float64(-i), 0.5}
		}
		if i%11 == 3 {
			u.text = nil
		}
		if u.text == nil && u.audio == nil {
			u.audio = []float64{1, 2, 3}
		}
		out = append(out, u)
	}
	return out
}

// shape says how features are stored.
type shape struct {
	element  arrow.DataType
	numbered bool
}

func main() {
	out := os.Args[1]
	lists := func(t arrow.DataType) shape { return shape{element: t} }
	columns := func(t arrow.DataType) shape { return shape{element: t, numbered: true} }
	write := func(name string, rows []utterance, s shape, group int64, options ...parquet.WriterProperty) {
		if err := save(filepath.Join(out, name), rows, s, group, options...); err != nil {
			log.Fatal(name, ": ", err)
		}
	}
	v2 := parquet.WithDataPageVersion(parquet.DataPageV2)
	write("small.parquet", small, lists(arrow.PrimitiveTypes.Float32), 3, parquet.WithCompression(compress.Codecs.Snappy))
	write("plain.parquet", small, lists(arrow.PrimitiveTypes.Float64), 5, parquet.WithDictionaryDefault(false))
	write("columns.parquet", small, columns(arrow.PrimitiveTypes.Float32), 2, parquet.WithCompression(compress.Codecs.Zstd), v2, parquet.WithDictionaryDefault(false),
		parquet.WithEncodingFor("dialogue", parquet.Encodings.DeltaLengthByteArray), parquet.WithEncodingFor("speaker", parquet.Encodings.DeltaByteArray), parquet.WithEncodingFor("turn", parquet.Encodings.DeltaBinaryPacked))
	write("half.parquet", small, lists(arrow.FixedWidthTypes.Float16), 5, parquet.WithCompression(compress.Codecs.Gzip), v2)
	write("long.parquet", long(), lists(arrow.PrimitiveTypes.Float32), 700, parquet.WithCompression(compress.Codecs.Brotli), parquet.WithDataPageSize(2048), parquet.WithBatchSize(64))
	write("split.parquet", long(), columns(arrow.PrimitiveTypes.Float64), 1000, parquet.WithCompression(compress.Codecs.Lz4Raw), v2, parquet.WithDataPageSize(1024), parquet.WithDictionaryDefault(false),
		parquet.WithEncodingFor("turn", parquet.Encodings.DeltaBinaryPacked), parquet.WithEncodingFor("dialogue", parquet.Encodings.DeltaByteArray),
		parquet.WithEncodingFor("text_0", parquet.Encodings.ByteStreamSplit), parquet.WithEncodingFor("text_7", parquet.Encodings.ByteStreamSplit))
}

func save(path string, rows []utterance, s shape, group int64, options ...parquet.WriterProperty) error {
	fields := []arrow.Field{
		{Name: "dialogue", Type: arrow.BinaryTypes.String}, {Name: "turn", Type: arrow.PrimitiveTypes.Int64},
		{Name: "speaker", Type: arrow.BinaryTypes.String, Nullable: true}, {Name: "split", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "label", Type: arrow.PrimitiveTypes.Float64, Nullable: true}, {Name: "class", Type: arrow.BinaryTypes.String, Nullable: true},
	}
	for _, m := range []struct {
		name  string
		width int
	}{{"text", len(rows[0].text)}, {"audio", 3}} {
		if !s.numbered {
			fields = append(fields, arrow.Field{Name: m.name, Type: arrow.ListOf(s.element), Nullable: true})
			continue
		}
		for j := range m.width {
			fields = append(fields, arrow.Field{Name: fmt.Sprintf("%s_%d", m.name, j), Type: s.element, Nullable: true})
		}
	}
	schema := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.NewGoAllocator(), schema)
	for _, u := range rows {
		values := []any{u.dialogue, int64(u.turn), u.speaker, u.split, u.label, u.class}
		for _, m := range []struct {
			vector []float64
			width  int
		}{{u.text, len(rows[0].text)}, {u.audio, 3}} {
			if !s.numbered {
				values = append(values, m.vector)
				continue
			}
			for j := range m.width {
				if m.vector == nil {
					values = append(values, nil)
				} else {
					values = append(values, m.vector[j])
				}
			}
		}
		for i, value := range values {
			add(b.Field(i), value)
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w, err := pqarrow.NewFileWriter(schema, f, parquet.NewWriterProperties(append(options, parquet.WithMaxRowGroupLength(group))...), pqarrow.DefaultWriterProps())
	if err != nil {
		return err
	}
	if err := w.WriteBuffered(b.NewRecordBatch()); err != nil {
		return err
	}
	return w.Close()
}

// add appends a value to a column.
func add(b array.Builder, value any) {
	switch x := value.(type) {
	case nil:
		b.AppendNull()
	case string:
		b.(*array.StringBuilder).Append(x)
	case int64:
		b.(*array.Int64Builder).Append(x)
	case float64:
		switch b := b.(type) {
		case *array.Float32Builder:
			b.Append(float32(x))
		case *array.Float16Builder:
			b.Append(float16.New(float32(x)))
		case *array.Float64Builder:
			b.Append(x)
		}
	case []float64:
		list := b.(*array.ListBuilder)
		if x == nil {
			list.AppendNull()
			return
		}
		list.Append(true)
		for _, value := range x {
			add(list.ValueBuilder(), value)
		}
	}
}
