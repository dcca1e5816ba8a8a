package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"gsdnet/experiment"
	"gsdnet/internal/count"
	"gsdnet/internal/fault"
)

// shardFlags choose the part of a sweep or of bulk input that the process does.
type shardFlags struct {
	Shard  string `help:"Do one of n parts of the work, such as 1/8 (default: what the variables of SLURM, Kubernetes or Nomad say)." placeholder:"I/N"`
	Shards int    `help:"Number of shards, if the variables of the scheduler give only the number of this one, or if some tasks of an array run again ($GSDNET_SHARDS)." env:"GSDNET_SHARDS" placeholder:"N" limit:"0..100000"`
}

// shard is one of count parts of the work. Its index counts from 1; a count of 0 means that
// there are no shards.
type shard struct{ index, count int }

// String writes the shard as "i/n".
func (s shard) String() string { return fmt.Sprintf("%d/%d", s.index, s.count) }

// parseShard reads a shard as "i/n", such as "2/8".
func parseShard(text string) (s shard, err error) {
	if n, err := fmt.Sscanf(text, "%d/%d", &s.index, &s.count); err != nil || n != 2 || text != s.String() {
		return shard{}, fault.Input("write it as i/n, such as 1/8 for the first of eight shards", "%q is not a shard", text)
	}
	return s, nil
}

// divide leaves the cells of the shard in the sweep, if there are shards.
func (f *shardFlags) divide(sweep *experiment.Sweep, term *terminal) (err error) {
	shard, from, err := f.find(os.Getenv)
	if err != nil || shard.count == 0 {
		return err
	}
	if sweep.Program, err = programVersion(); err != nil {
		return err
	}
	all := len(sweep.Cells)
	if err := sweep.Keep(shard.index, shard.count); err != nil {
		return err
	}
	term.note("shard %s, from %s: %d of %s", shard, from, len(sweep.Cells), count.Of(all, "cell"))
	return nil
}

// find returns the shard and what it is read from.
func (f *shardFlags) find(env func(string) string) (shard, string, error) {
	if f.Shard != "" {
		s, err := parseShard(f.Shard)
		if err == nil && f.Shards != 0 && f.Shards != s.count {
			err = fault.Input("leave --shards and GSDNET_SHARDS out", "--shard %s and %s contradict each other", s, count.Of(f.Shards, "shard"))
		}
		return s, "--shard", err
	}
	var set []scheduler
	var names []string
	for _, s := range schedulers {
		if env(s.index) != "" {
			set = append(set, s)
			names = append(names, s.index)
		}
	}
	switch {
	case len(set) > 1:
		return shard{}, "", fault.Input("give --shard I/N", "%s are both set", strings.Join(names, " and "))
	case len(set) == 0 && f.Shards > 1:
		return shard{}, "", fault.Input("give --shard I/N", "there are %d shards, but neither --shard nor a variable of a scheduler says which one this is", f.Shards)
	case len(set) == 0:
		return shard{}, "", nil
	}
	s, err := set[0].shard(env, f.Shards)
	return s, set[0].index, err
}

// scheduler is a program that starts many copies of a command and gives each its number
// in environment variables.
type scheduler struct {
	index string // variable of the number
	count string // variable of the number of copies
	first string // variable of the lowest number; "" if that is 0
	last  string // variable of the highest number
	step  string // variable of the difference between two numbers
}

// The variables are documented in sbatch(1) of SLURM, in "Jobs" of Kubernetes and in
// "Runtime environment" of Nomad. Kubernetes and Nomad do not give the count: the job
// itself must set the variable, as deploy/kubernetes/shards.yaml does.
var schedulers = []scheduler{
	{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP"},
	{index: "JOB_COMPLETION_INDEX", count: "JOB_COMPLETIONS"},
	{index: "NOMAD_ALLOC_INDEX", count: "NOMAD_ALLOC_COUNT"},
}

// shard reads the variables. If the number of shards is given, the numbers of the tasks
// count from 0, because the lowest number that SLURM gives is that of the tasks that run
// now, which may be a part of the array.
func (s *scheduler) shard(env func(string) string, shards int) (shard, error) {
	index, err := wholeNumber(env, s.index)
	if err != nil {
		return shard{}, err
	}
	if shards != 0 {
		if index >= shards {
			return shard{}, fault.Input(fmt.Sprintf("number the tasks from 0 to %d", shards-1), "%s = %d, but there are %s", s.index, index, count.Of(shards, "shard"))
		}
		return shard{index: index + 1, count: shards}, nil
	}
	if env(s.count) == "" {
		return shard{}, fault.Input("give --shards N, or set "+s.count, "%s is set, but nothing says how many shards there are", s.index)
	}
	n, err := wholeNumber(env, s.count)
	if err != nil || s.first == "" || env(s.first) == "" {
		return shard{index: index + 1, count: n}, err
	}
	first, err := wholeNumber(env, s.first)
	if err != nil {
		return shard{}, err
	}
	step := 1
	if env(s.step) != "" {
		if step, err = wholeNumber(env, s.step); err != nil {
			return shard{}, err
		}
	}
	last := first + (n-1)*max(1, step)
	if env(s.last) != "" {
		if last, err = wholeNumber(env, s.last); err != nil {
			return shard{}, err
		}
	}
	if step < 1 || last != first+(n-1)*step || (index-first)%step != 0 || index < first || index > last {
		return shard{}, fault.Input("number the tasks without gaps, such as --array=0-7, or give --shards N and number them from 0",
			"the tasks of the array have gaps: %s from %d to %d", count.Of(n, "task"), first, last)
	}
	return shard{index: (index-first)/step + 1, count: n}, nil
}

// wholeNumber reads a variable that holds a number of 0 or more.
func wholeNumber(env func(string) string, name string) (int, error) {
	n, err := strconv.ParseUint(env(name), 10, 31)
	if err != nil {
		return 0, fault.Input("unset it, or give --shard I/N", "%s = %q is not a whole number of 0 or more", name, env(name))
	}
	return int(n), nil
}
