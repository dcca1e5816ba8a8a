package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// object is a document of a manifest, decoded into the type that its kind names.
type object struct {
	file, kind, name string
	value            any
	pod              *corev1.PodTemplateSpec // nil if it starts no pods
}

// objects reads every manifest of Kubernetes. A field that the type does not have, or that
// has the wrong kind of value, is an error.
func objects(t *testing.T) []object {
	t.Helper()
	files, err := filepath.Glob("kubernetes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files and error %v", len(files), err)
	}
	var all []object
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range regexp.MustCompile(`(?m)^---$`).Split(string(text), -1) {
			all = append(all, decode(t, file, part))
		}
	}
	return all
}

func decode(t *testing.T, file, text string) object {
	t.Helper()
	var head struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Metadata   struct{ Name string }
	}
	if err := yaml.Unmarshal([]byte(text), &head); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	o := object{file: file, kind: head.Kind, name: head.Metadata.Name}
	switch head.APIVersion + " " + head.Kind {
	case "batch/v1 Job":
		job := &batchv1.Job{}
		o.value, o.pod = job, &job.Spec.Template
	case "apps/v1 Deployment":
		d := &appsv1.Deployment{}
		o.value, o.pod = d, &d.Spec.Template
	case "v1 Service":
		o.value = &corev1.Service{}
	case "v1 ConfigMap":
		o.value = &corev1.ConfigMap{}
	case "v1 Secret":
		o.value = &corev1.Secret{}
	case "v1 PersistentVolumeClaim":
		o.value = &corev1.PersistentVolumeClaim{}
	default:
		t.Fatalf("%s: no type is known for %s %s", file, head.APIVersion, head.Kind)
	}
	if err := yaml.UnmarshalStrict([]byte(text), o.value); err != nil {
		t.Fatalf("%s: %s %s: %v", file, o.kind, o.name, err)
	}
	if o.name == "" {
		t.Errorf("%s: a %s without a name", file, o.kind)
	}
	return o
}

// Every manifest has the fields of its type alone, and its volumes, labels and restart
// policies belong together.
func TestKubernetesManifests(t *testing.T) {
	for _, o := range objects(t) {
		if o.pod == nil {
			continue
		}
		var volumes []string
		for _, v := range o.pod.Spec.Volumes {
			volumes = append(volumes, v.Name)
		}
		for _, c := range o.pod.Spec.Containers {
			for _, m := range c.VolumeMounts {
				if !slices.Contains(volumes, m.Name) {
					t.Errorf("%s: %s mounts %s, which is no volume of it", o.file, o.name, m.Name)
				}
			}
		}
		switch v := o.value.(type) {
		case *batchv1.Job:
			if p := o.pod.Spec.RestartPolicy; p != corev1.RestartPolicyNever && p != corev1.RestartPolicyOnFailure {
				t.Errorf("%s: a Job takes no restart policy %q", o.file, p)
			}
		case *appsv1.Deployment:
			for name, value := range v.Spec.Selector.MatchLabels {
				if o.pod.Labels[name] != value {
					t.Errorf("%s: %s selects %s=%s, which its pods do not have", o.file, o.name, name, value)
				}
			}
		}
	}
}

// The pods of the Indexed Job divide the grid into as many shards as there are pods.
func TestIndexedJob(t *testing.T) {
	for _, o := range objects(t) {
		job, is := o.value.(*batchv1.Job)
		if !is || job.Spec.CompletionMode == nil {
			continue
		}
		c := job.Spec.Template.Spec.Containers[0]
		count := ""
		for _, e := range c.Env {
			if e.Name == "JOB_COMPLETIONS" {
				count = e.Value
			}
		}
		if got, want := count, strconv.Itoa(int(*job.Spec.Completions)); got != want || *job.Spec.CompletionMode != batchv1.IndexedCompletion {
			t.Errorf("JOB_COMPLETIONS is %q, want the completions %s of an Indexed Job", got, want)
		}
		if !slices.ContainsFunc(c.Args, func(a string) bool {
			return strings.HasPrefix(a, "--out=") && strings.Contains(a, "$(JOB_COMPLETION_INDEX)")
		}) {
			t.Errorf("the pods share a folder: %q", c.Args)
		}
		return
	}
	t.Error("no Indexed Job")
}

// Every command line of the manifests has verbs and flags that the program has.
func TestCommandLines(t *testing.T) {
	program := filepath.Join(t.TempDir(), "gsdnet")
	build := exec.Command("go", "build", "-o", program, "./cmd/gsdnet")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	checked := 0
	check := func(file string, args []string) {
		checked++
		verb := args[:1]
		if len(args) > 1 && slices.Contains([]string{"merge", "status"}, args[1]) {
			verb = args[:2]
		} else if args[0] == "sweep" {
			verb = []string{"sweep", "run"}
		}
		help, err := exec.Command(program, append(slices.Clone(verb), "--help")...).CombinedOutput()
		if err != nil {
			t.Errorf("%s: gsdnet %v: %s", file, verb, help)
		}
		for _, a := range args {
			name, _, _ := strings.Cut(a, "=")
			if strings.HasPrefix(name, "--") && !regexp.MustCompile(regexp.QuoteMeta(name)+`\b`).Match(help) {
				t.Errorf("%s: gsdnet %s has no flag %s", file, strings.Join(verb, " "), name)
			}
		}
	}
	for _, o := range objects(t) {
		if o.pod == nil {
			continue
		}
		for _, c := range o.pod.Spec.Containers {
			if slices.Equal(c.Command, []string{"gsdnet"}) {
				check(o.file, c.Args)
			}
		}
	}
	text, err := os.ReadFile("slurm/shards.sbatch")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range regexp.MustCompile(`(?m)^exec gsdnet (.*(?:\\\n.*)*)$`).FindAllStringSubmatch(string(text), -1) {
		check("slurm/shards.sbatch", strings.Fields(strings.ReplaceAll(line[1], "\\\n", " ")))
	}
	for _, args := range nomadCommands(t) {
		check(nomadFile, args)
	}
	if checked < 5 {
		t.Errorf("%d command lines, want 5 or more", checked)
	}
}

// The array has as many tasks as there are shards, counted from 0, and each directive is an
// option of sbatch.
func TestSlurmArray(t *testing.T) {
	text, err := os.ReadFile("slurm/shards.sbatch")
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"job-name", "array", "nodes", "ntasks", "cpus-per-task", "mem", "time", "signal", "output"}
	last, shards := -1, -1
	for _, line := range strings.Split(string(text), "\n") {
		if option, is := strings.CutPrefix(line, "#SBATCH --"); is {
			name, value, has := strings.Cut(option, "=")
			if !has || !slices.Contains(known, name) {
				t.Errorf("%q is not an option that is known", line)
			}
			if rest, is := strings.CutPrefix(value, "0-"); is && name == "array" {
				last, _ = strconv.Atoi(rest)
			}
		}
		if n, is := strings.CutPrefix(line, "SHARDS="); is {
			shards, _ = strconv.Atoi(n)
		}
	}
	if last+1 != shards || shards < 2 {
		t.Errorf("tasks 0 to %d and %d shards", last, shards)
	}
}
