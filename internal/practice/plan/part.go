package plan

import (
	"maps"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// On gives the name of the target that the row stands for or is a part of.
func (t *Target) On() string {
	if t.Target != "" {
		return t.Target
	}
	return t.Name
}

// Concerns says whether the row is about the plan's item of that index.
func (t *Target) Concerns(item int) bool { return t.Items == nil || slices.Contains(t.Items, item) }

// own gives the items that the row is about, by index and in their order, of all n.
func (t *Target) own(n int) []int {
	if t.Items != nil {
		return t.Items
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// PartName is the name of the row of a part of a target.
func PartName(target string, components []string) string {
	return target + "/" + strings.Join(components, "+")
}

// concerned gives the items that the plan is about on a target, in their order;
// nil means all. What stands where it does not belong is removed all the same, also
// what came there without a record, and a restore is about what the other deployment was about there.
func (in Input) concerned(t *TargetInput) (own []int, some bool) {
	for i, item := range in.Items {
		belongs := carries(t.Labels, item.Component.Spec.RunsOn)
		switch in.Direction {
		case Install:
		case Remove:
			belongs = belongs || t.Before[i].present() || in.unrecorded(t)
		case Restore:
			belongs = t.Left == nil || !t.Left[i].Apart
		}
		if belongs && in.Spots.Name(t.Name, item.Component.Name) {
			own = append(own, i)
		}
	}
	if len(own) == len(in.Items) {
		return nil, true
	}
	return own, len(own) > 0
}

// unrecorded says whether a removal is of what stands on the target without a
// record: somebody names the component and the target, and wants it done again.
func (in Input) unrecorded(t *TargetInput) bool {
	return in.Redeploy && (len(in.Items) == 1 || len(in.Spots) > 0) && slices.Contains(in.Only, t.Name)
}

// parts splits targets at which items of several levels change into one row per
// level, and gives all rows with their levels. An item that already is as the plan
// would make it is left out, unless everything is done again.
func (in Input) parts(items []Item, targets []Target) []Target {
	if !leveled(items) {
		return targets
	}
	var rows []Target
	for i := range targets {
		rows = append(rows, in.split(items, &targets[i])...)
	}
	return rows
}

func (in Input) split(items []Item, t *Target) []Target {
	of := map[int][]int{}
	for _, i := range t.own(len(items)) {
		if in.Redeploy || !in.settled(items, t, i) {
			of[items[i].Level] = append(of[items[i].Level], i)
		}
	}
	var rows []Target
	for _, level := range slices.Sorted(maps.Keys(of)) {
		row := *t
		row.Level, row.Items = level, of[level]
		rows = append(rows, row)
	}
	for i := range rows {
		if len(rows) > 1 {
			rows[i].Target, rows[i].Name = t.Name, PartName(t.Name, componentsOf(items, rows[i].Items))
		}
	}
	return rows
}

func componentsOf(items []Item, own []int) []string {
	names := make([]string, len(own))
	for i, item := range own {
		names[i] = items[item].Component
	}
	return names
}

// carries says whether labels have all that are wanted.
func carries(labels, wanted map[string]string) bool {
	for label, value := range wanted {
		if found, has := labels[label]; !has || found != value {
			return false
		}
	}
	return true
}

// pairs writes labels as documents do: "role=db, zone=a".
func pairs(labels map[string]string) string {
	var words []string
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		words = append(words, label+"="+labels[label])
	}
	return strings.Join(words, ", ")
}

// placeless refuses a plan for targets on which nothing of the release belongs.
func placeless(in Input) error {
	return practice.Faultf(practice.Refused, "nothing of %s belongs on %s", in.Release, strings.Join(in.Only, ", ")).
		WithHint("runsOn of its components says where they belong").Final()
}
