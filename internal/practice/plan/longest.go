package plan

import "time"

// mostDelay is what an executor waits between two attempts at most, unless the
// step's first wait is longer: each wait is twice the one before.
const mostDelay = time.Minute

// Longest gives how long the step may take at most: all its attempts, each with
// its watch and what it is given to end, and the waits between them.
func (s Step) Longest() time.Duration {
	tries := int64(max(s.Attempts, 1))
	each := s.Timeout.Std() + s.StopWithin.Std()
	if s.Watch != nil {
		each += s.Watch.For.Std() // its last look begins then at the latest
	}
	return time.Duration(tries*int64(each) + (tries-1)*int64(max(s.Delay.Std(), mostDelay)))
}
