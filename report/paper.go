package report

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The figures that GSDNet's paper prints (Shou et al., IJCAI 2025, Tables 1-3),
// as printed, slips included.
//
//go:embed paper/*.csv
var paperFiles embed.FS

// printedFiles has the file of each table of the paper that is of a protocol, and the
// column that names its points.
var printedFiles = map[int][2]string{
	1: {"paper/table1_fixed_missing.csv", "available"},
	2: {"paper/table2_random_missing.csv", "missing_rate"},
}

// printedDatasets lists the data sets for which the paper prints figures.
func printedDatasets() []string {
	var names []string
	for _, row := range printedRows(printedFiles[2][0])[1:] {
		if !slices.Contains(names, row[0]) {
			names = append(names, row[0])
		}
	}
	return names
}

// printedAverage is the point that stands for the mean over all.
const printedAverage = "Average"

// printedNote marks every printed row.
const printedNote = "printed, other features"

// printed is one figure of the paper: the shares of a method at a point.
type printed struct {
	method, point string
	shares        map[string]float64 // by measure: acc2, f1, acc7
}

// printedFigures returns the figures that the paper prints for one of its data sets in a
// table, nil if there are none. The paper has the default family of a protocol only.
func printedFigures(dataset string, table int, defaultFamily bool) []printed {
	file, ok := printedFiles[table]
	if !ok || !defaultFamily {
		return nil
	}
	return readPrinted(file[0], dataset, "method", file[1])
}

// printedAblation returns the figures of Table 3 of the paper, with the variant as the
// method.
func printedAblation(dataset string) []printed {
	return readPrinted("paper/table3_ablation.csv", dataset, "variant", "")
}

func readPrinted(path, dataset, method, point string) []printed {
	rows := printedRows(path)
	index := map[string]int{}
	for i, heading := range rows[0] {
		index[heading] = i
	}
	var out []printed
	for _, row := range rows[1:] {
		if row[index["dataset"]] != dataset {
			continue
		}
		p := printed{method: row[index[method]], point: printedAverage, shares: map[string]float64{}}
		if point != "" {
			p.point = ourPoint(row[index[point]])
		}
		for _, key := range []string{"acc2", "f1", "acc7"} {
			p.shares[key] = share(row[index[key]])
		}
		out = append(out, p)
	}
	return out
}

// printedRows returns the rows of a printed table, its heading first.
func printedRows(path string) [][]string {
	text, err := paperFiles.ReadFile(path)
	if err != nil {
		panic(err) // it is part of the program
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("report: %s: %v", path, err))
	}
	return rows
}

// share returns the share that a percentage stands for, NaN for empty text.
func share(text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return x / 100
}

// ourPoint translates the paper's names of modalities, {l,v,a} with l for language, into
// {t,a,v}. Rates and averages stay the same.
func ourPoint(point string) string {
	if !strings.HasPrefix(point, "{") {
		return point
	}
	var letters []string
	for _, ours := range []string{"t", "a", "v"} {
		theirs := strings.Replace(ours, "t", "l", 1)
		if strings.Contains(point, theirs) {
			letters = append(letters, ours)
		}
	}
	return "{" + strings.Join(letters, ",") + "}"
}
