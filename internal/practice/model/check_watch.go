package model

// mostLooks bounds a watch: each look is told in the step's output.
const mostLooks = 10_000

// watch checks how a check is watched. otherwise is the step's action where it says none.
func (c *checker) watch(path string, s Step, otherwise Action) {
	w := s.Watch
	if w == nil {
		return
	}
	if action := s.Complete(otherwise, TimeoutRules{}).Action; action != Check {
		c.add(path, "watch a step that checks, after this one", "only a check can be watched, and this step does %s", action)
	}
	switch {
	case w.For <= 0:
		c.add(path+".for", "write it like 5m", "%s is not more than 0s", w.For)
	case w.Every < 0:
		c.add(path+".every", "leave it out for 10s", "%s is less than 0s", w.Every)
	case w.Every > w.For:
		c.add(path+".every", "", "%s is longer than the %s that it is watched for", w.Every, w.For)
	case w.Every > 0 && w.Looks() > mostLooks:
		c.add(path+".every", "look more rarely", "these would be %d looks, more than %d", w.Looks(), mostLooks)
	}
	switch looks := s.Complete(otherwise, TimeoutRules{}).Watch.Looks(); {
	case w.Failures < 0:
		c.add(path+".failures", "", "%d is less than 0", w.Failures)
	case w.For > 0 && w.Failures >= looks:
		c.add(path+".failures", "let fewer fail, or look more often", "%d of %d looks may fail: the check could never fail", w.Failures, looks)
	}
	if s.Retry.Attempts > 1 {
		c.add(path, "say in failures how many looks may fail, or wait in a step of its own before", "a check that is watched is not tried again")
	}
}
