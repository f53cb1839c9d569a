package network

// NewPlan optimises a graph and schedules it.
func NewPlan(g *Graph, opt PlanOptions) (*Plan, error) { panic("soon") }
