package croissant

// document is a dataset in the vocabulary of Croissant.
type document struct {
	Context      map[string]any `json:"@context"`
	Type         string         `json:"@type"`
	Name         string         `json:"name"`
	ConformsTo   []string       `json:"conformsTo"`
	Description  string         `json:"description"`
	Distribution []fileObject   `json:"distribution"`
	RecordSet    []recordSet    `json:"recordSet,omitempty"`

	DataType    string   `json:"rai:dataCollectionRawData"`
	Missing     string   `json:"rai:dataCollectionMissingData"`
	Limitations string   `json:"rai:dataLimitations"`
	Biases      []string `json:"rai:dataBiases"`
	Sensitive   []string `json:"rai:personalSensitiveInformation"`
	UseCases    string   `json:"rai:dataUseCases"`
}

type fileObject struct {
	Type   string `json:"@type"`
	ID     string `json:"@id"`
	Name   string `json:"name"`
	URL    string `json:"contentUrl"`
	Size   string `json:"contentSize"`
	Format string `json:"encodingFormat"`
	Hash   string `json:"sha256"`
}

type recordSet struct {
	Type        string  `json:"@type"`
	ID          string  `json:"@id"`
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Field       []field `json:"field"`
}

type field struct {
	Type        string `json:"@type"`
	ID          string `json:"@id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	DataType    string `json:"dataType"`
	Repeated    bool   `json:"repeated,omitempty"`
	Source      source `json:"source"`
}

type source struct {
	File    ref               `json:"fileObject"`
	Extract map[string]string `json:"extract"`
}

type ref struct {
	ID string `json:"@id"`
}

// context is the context of Croissant 1.0, as its specification prints it, with the
// vocabulary of Croissant RAI.
var context = map[string]any{
	"@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo",
	"cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/", "data": map[string]string{"@id": "cr:data", "@type": "@json"},
	"dataType": map[string]string{"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
	"examples": map[string]string{"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty",
	"fileObject": "cr:fileObject", "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset",
	"jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet",
	"references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace", "sc": "https://schema.org/",
	"separator": "cr:separator", "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}
