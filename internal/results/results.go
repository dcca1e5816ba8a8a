// Package results holds the nouns of results on a page: tables, charts, pictures, and how
// far a sweep has got. Package report reads them from folders, and package serve shows them.
package results

// Kinds of folders.
const (
	Run    = "run"    // a run directory, or the folder that gsdnet eval --out wrote
	Sweep  = "sweep"  // the folder of gsdnet sweep --out
	Report = "report" // the folder of gsdnet report --out
)

// View is what a folder has to show.
type View struct {
	Name     string    `json:"name" doc:"Name of the folder."`
	Kind     string    `json:"kind" enum:"run,sweep,report" doc:"What the folder is."`
	Facts    []Fact    `json:"facts,omitempty" doc:"What is known of the whole."`
	Notes    []string  `json:"notes,omitempty" doc:"What is missing, and which command makes it."`
	Progress *Progress `json:"progress,omitempty" doc:"How far a sweep has got."`
	Sections []Section `json:"sections" doc:"Its parts, such as a data set under a protocol."`
}

// Fact is a name with a value.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Progress says how many cells of a sweep are finished.
type Progress struct {
	Finished int      `json:"finished"`
	Planned  int      `json:"planned" doc:"All cells, the finished ones among them."`
	Missing  []string `json:"missing,omitempty" doc:"Names of the first cells that are not finished."`
}

// Section is a part of a View.
type Section struct {
	Title    string    `json:"title"`
	Progress *Progress `json:"progress,omitempty"`
	Charts   []Chart   `json:"charts,omitempty"`
	Tables   []Table   `json:"tables,omitempty"`
	Pictures []Picture `json:"pictures,omitempty"`
}

// Chart is lines over a common axis. If Points is not nil, it names the places 0, 1, … of
// the axis, which are in no order, so that no line joins them.
type Chart struct {
	Title  string   `json:"title"`
	X      string   `json:"x" doc:"Label of the horizontal axis."`
	Y      string   `json:"y" doc:"Unit of the vertical axis."`
	Better string   `json:"better,omitempty" enum:"higher,lower" doc:"Which values are better."`
	Points []string `json:"points,omitempty" doc:"Names of the places 0, 1, … of the horizontal axis."`
	Series []Series `json:"series"`
}

// Series is one line of a chart. Low and High are the ends of whiskers, one for each value,
// or nil.
type Series struct {
	Name   string    `json:"name"`
	Accent bool      `json:"accent,omitempty" doc:"What the chart is about."`
	X      []float64 `json:"x"`
	Y      []float64 `json:"y"`
	Low    []float64 `json:"low,omitempty"`
	High   []float64 `json:"high,omitempty"`
}

// Table is one table or several of the same kind.
type Table struct {
	Title string      `json:"title"`
	Note  string      `json:"note,omitempty"`
	Parts []TablePart `json:"parts"`
}

// TablePart has one heading and rows of as many cells.
type TablePart struct {
	Title   string   `json:"title,omitempty"`
	Heading []string `json:"heading"`
	Rows    [][]Cell `json:"rows"`
}

// Cell is one text of a table.
type Cell struct {
	Text string `json:"text"`
	Best bool   `json:"best,omitempty" doc:"Whether it is the best of its column."`
}

// Picture is an image file of a report.
type Picture struct {
	File    string `json:"file" doc:"Its name, for /v1/results/{id}/pictures/{file}."`
	Caption string `json:"caption"`
}
