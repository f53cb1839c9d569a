package bench

import (
	"strings"

	"github.com/shufflegl/shufflegl/internal/record"
)

// timePace times the machine itself, before a round.
func (m *measurement) timePace() {
	if m.Pace == nil {
		return
	}
	m.Sleep(pause)
	loop, exchange := m.Pace()
	m.pace.loop = append(m.pace.loop, record.Milliseconds(loop))
	if exchange > 0 {
		m.pace.exchange = append(m.pace.exchange, record.Milliseconds(exchange))
	}
}

// addPace puts it into the context, and says when it changed.
func (m *measurement) addPace() {
	p := record.NewPace(m.pace.loop, m.pace.exchange)
	m.context.Pace = p
	if why := p.Unsteady(); len(why) > 0 {
		m.context.Warnings = append(m.context.Warnings, "the machine changed its pace: "+strings.Join(why, ", "))
	}
}
