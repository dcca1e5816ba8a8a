package serve

import (
	"reflect"
	"runtime"
	"strconv"
	"time"

	"gsdnet/internal/limit"
)

// Limits bound what one client can make the server do. Each is a flag of gsdnet serve of
// the name in its tag. The zero value of a field is the default in its tag.
type Limits struct {
	MaxBody          int `name:"max-body" help:"Largest body of a request, and largest arrays of an archive, in MiB." default:"64" placeholder:"N" limit:"1..4096"`
	MaxUtterances    int `name:"max-utterances" help:"Most utterances of a conversation." default:"10000" placeholder:"N" limit:"1..1000000"`
	MaxSamples       int `name:"max-samples" help:"Most completions that a request may ask for." default:"64" placeholder:"K" limit:"1..1000"`
	MaxExplain       int `name:"max-explain" help:"Most utterances of a conversation that is explained." default:"128" placeholder:"N" limit:"1..256"`
	MaxRequests      int `name:"max-requests" help:"Most requests with a body at once; others are told to come back." default:"64" placeholder:"N" limit:"1..100000"`
	MaxConnections   int `name:"max-connections" help:"Most connections at once; others wait." default:"256" placeholder:"N" limit:"1..100000"`
	MaxConversations int `name:"max-conversations" help:"Most conversations that are kept to go on." default:"256" placeholder:"N" limit:"1..100000"`
	Keep             int `name:"keep" help:"Seconds that a conversation is kept after its last use." default:"1800" placeholder:"S" limit:"1..604800"`
	Batch            int `name:"batch" help:"Most requests that are computed together." default:"16" placeholder:"N" limit:"1..1024"`
	Workers          int `name:"workers" help:"Batches that are computed at once; 0 is the number of processors." default:"0" placeholder:"N" limit:"0..256"`
	Timeout          int `name:"timeout" help:"Seconds that a request may take after its body was read." default:"60" placeholder:"S" limit:"1..86400"`
	BodyTimeout      int `name:"body-timeout" help:"Seconds that a client may take to send a body, and to receive an answer." default:"30" placeholder:"S" limit:"1..86400"`
	StopTimeout      int `name:"stop-timeout" help:"Seconds that the server may take to finish its requests when it is stopped." default:"60" placeholder:"S" limit:"1..86400"`
}

// fill replaces zeros by the defaults and returns an error for a limit that is out of
// range.
func (l *Limits) fill() error {
	v := reflect.ValueOf(l).Elem()
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		if v.Field(i).IsZero() {
			value, err := strconv.ParseInt(tag.Get("default"), 10, 64)
			if err != nil {
				return err
			}
			v.Field(i).SetInt(value)
		}
		if err := limit.Value("--"+tag.Get("name"), v.Field(i).Interface(), tag.Get("limit")); err != nil {
			return err
		}
	}
	if l.Workers == 0 {
		l.Workers = runtime.GOMAXPROCS(0)
	}
	return nil
}

// bodyBytes is MaxBody in bytes.
func (l *Limits) bodyBytes() int64 { return int64(l.MaxBody) << 20 }

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
