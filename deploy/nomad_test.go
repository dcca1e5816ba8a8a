package deploy_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/hashicorp/nomad/api"
)

const nomadFile = "nomad/bulk.nomad.json"

// nomadJob reads the job for Nomad. A field that the types of Nomad do not have is an error.
func nomadJob(t *testing.T) *api.Job {
	t.Helper()
	text, err := os.ReadFile(nomadFile)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Job *api.Job }
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		t.Fatalf("%s: %v", nomadFile, err)
	}
	// Some types of Nomad decode themselves and ignore unknown fields: all that is in the file
	// must be in what was decoded.
	again, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(again, &got); err != nil {
		t.Fatal(err)
	}
	within(t, "", want, got)
	return file.Job
}

// within reports values of want that got does not have.
func within(t *testing.T, place string, want, got any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		found, is := got.(map[string]any)
		for key, value := range want {
			if _, there := found[key]; !is || !there {
				t.Errorf("%s: %s/%s is no field of Nomad", nomadFile, place, key)
				continue
			}
			within(t, place+"/"+key, value, found[key])
		}
	case []any:
		found, is := got.([]any)
		if !is || len(found) != len(want) {
			t.Errorf("%s: %s is decoded as %v", nomadFile, place, got)
			return
		}
		for i := range want {
			within(t, place+"/"+strconv.Itoa(i), want[i], found[i])
		}
	default:
		if want != got {
			t.Errorf("%s: %s is %v, decoded as %v", nomadFile, place, want, got)
		}
	}
}

// The allocations divide the files into as many shards as there are allocations, and what
// they mount is a volume of the group.
func TestNomadJob(t *testing.T) {
	job := nomadJob(t)
	if job.Type == nil || *job.Type != api.JobTypeBatch || len(job.TaskGroups) != 1 {
		t.Fatalf("want a batch job of one group, got %+v", job)
	}
	group := job.TaskGroups[0]
	for _, task := range group.Tasks {
		if got, want := task.Env["GSDNET_SHARDS"], strconv.Itoa(*group.Count); got != want {
			t.Errorf("GSDNET_SHARDS is %q, want the count %s", got, want)
		}
		for _, m := range task.VolumeMounts {
			if group.Volumes[*m.Volume] == nil {
				t.Errorf("%s mounts %s, which is no volume of the group", task.Name, *m.Volume)
			}
		}
	}
}

// nomadCommands returns the arguments of gsdnet in the tasks.
func nomadCommands(t *testing.T) (all [][]string) {
	t.Helper()
	for _, group := range nomadJob(t).TaskGroups {
		for _, task := range group.Tasks {
			var args []string
			list, _ := task.Config["args"].([]any)
			for _, a := range list {
				text, _ := a.(string)
				args = append(args, text)
			}
			if task.Config["command"] != "gsdnet" || len(args) == 0 {
				t.Errorf("%s: %s does not run gsdnet", nomadFile, task.Name)
				continue
			}
			all = append(all, args)
		}
	}
	return all
}
