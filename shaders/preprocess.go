package shaders

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

// preprocess does with a shader's text what a compiler does first, as far as
// declarations need it: comments go, conditions are decided, and macros without
// parameters are replaced. (Those with parameters stand in functions only.) It
// also notes the version and the extensions that the text asks for. What it does not
// understand is an error and never guessed.
func preprocess(source string) (*preprocessor, error) {
	p := &preprocessor{macros: map[string]string{}}
	source = strings.ReplaceAll(source, "\\\n", "")
	source = comments.ReplaceAllString(source, " ")
	for i, line := range strings.Split(source, "\n") {
		if err := p.line(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if len(p.conditions) > 0 {
		return nil, fmt.Errorf("an #if without #endif")
	}
	return p, nil
}

var (
	comments  = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/`)
	directive = regexp.MustCompile(`^\s*#\s*(\w*)\s*(.*?)\s*$`)
	define    = regexp.MustCompile(`^(\w+)(\(?)\s*(.*)$`)
	isDefined = regexp.MustCompile(`\bdefined\s*(?:\(\s*(\w+)\s*\)|(\w+))`)
	unsigned  = regexp.MustCompile(`\b(\d+)[uU]\b`)
)

type preprocessor struct {
	macros     map[string]string
	conditions []condition // that the line is in
	version    int
	extensions []string
	text       strings.Builder
}

// condition is an #if and what follows it, up to its #endif.
type condition struct{ active, done, outer bool }

func (p *preprocessor) active() bool {
	return len(p.conditions) == 0 || p.conditions[len(p.conditions)-1].active
}

func (p *preprocessor) line(line string) error {
	if !strings.HasPrefix(strings.TrimLeft(line, " \t\r\f\v"), "#") {
		if p.active() {
			expanded, err := p.expand(line)
			p.text.WriteString(expanded + "\n")
			return err
		}
		return nil
	}
	m := directive.FindStringSubmatch(line)
	if m == nil {
		return fmt.Errorf("no directive: %.60s", line)
	}
	switch name, rest := m[1], m[2]; name {
	case "if", "ifdef", "ifndef":
		c := condition{outer: p.active()}
		if c.outer {
			truth, err := p.truth(name, rest)
			if err != nil {
				return err
			}
			c.active, c.done = truth, truth
		}
		p.conditions = append(p.conditions, c)
	case "elif", "else", "endif":
		if len(p.conditions) == 0 {
			return fmt.Errorf("#%s without #if", name)
		}
		return p.next(name, rest)
	default:
		if p.active() {
			return p.other(name, rest)
		}
	}
	return nil
}

// next goes on to the next part of the innermost condition.
func (p *preprocessor) next(name, rest string) error {
	c := &p.conditions[len(p.conditions)-1]
	switch {
	case name == "endif":
		p.conditions = p.conditions[:len(p.conditions)-1]
	case !c.outer || c.done:
		c.active = false
	case name == "else":
		c.active, c.done = true, true
	default:
		truth, err := p.truth("if", rest)
		c.active, c.done = truth, truth
		return err
	}
	return nil
}

// other obeys the directives that are no conditions.
func (p *preprocessor) other(name, rest string) error {
	switch name {
	case "define":
		m := define.FindStringSubmatch(rest)
		if m == nil {
			return fmt.Errorf("#define %s", rest)
		}
		if m[2] == "" {
			p.macros[m[1]] = m[3]
		} else {
			p.macros[m[1]] = m[1] // with parameters: stands for itself
		}
	case "undef":
		delete(p.macros, rest)
	case "extension":
		p.extensions = append(p.extensions, strings.TrimSpace(strings.Split(rest, ":")[0]))
	case "version":
		if _, err := fmt.Sscanf(rest, "%d es", &p.version); err != nil {
			return fmt.Errorf("#version %s is not of OpenGL ES", rest)
		}
	case "pragma", "line", "":
	default:
		return fmt.Errorf("#%s %s", name, rest)
	}
	return nil
}

func (p *preprocessor) truth(name, rest string) (bool, error) {
	if name != "if" {
		_, ok := p.macros[rest]
		return ok == (name == "ifdef"), nil
	}
	rest = isDefined.ReplaceAllStringFunc(rest, func(s string) string {
		m := isDefined.FindStringSubmatch(s)
		if _, ok := p.macros[m[1]+m[2]]; ok {
			return "1"
		}
		return "0"
	})
	rest, err := p.expand(rest)
	if err != nil {
		return false, err
	}
	n, err := evaluate(rest)
	return n != 0, err
}

// expand replaces macros until none is left.
func (p *preprocessor) expand(text string) (string, error) {
	for range 32 {
		next := p.replace(text)
		if next == text {
			return text, nil
		}
		if text = next; len(text) > 1<<16 {
			break
		}
	}
	return "", fmt.Errorf("macros without end: %.60s", strings.TrimSpace(text))
}

// replace replaces each macro once.
func (p *preprocessor) replace(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		n := 0
		for n < len(text) && isWord(text[n]) {
			n++
		}
		if v, ok := p.macros[text[:n]]; ok {
			b.WriteString(v)
		} else {
			b.WriteString(text[:n])
		}
		text = text[n:]
		n = 0
		for n < len(text) && !isWord(text[n]) {
			n++
		}
		b.WriteString(text[:n])
		text = text[n:]
	}
	return b.String()
}

func isWord(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// evaluate computes a constant expression of whole numbers. Go's parser reads it:
// what both languages write alike, they mean alike, but for shifts and bits, which
// bind otherwise and are refused.
func evaluate(text string) (int, error) {
	text = strings.TrimSpace(text)
	e, err := parser.ParseExpr(unsigned.ReplaceAllString(text, "$1"))
	if err != nil {
		return 0, fmt.Errorf("no number: %.60s", text)
	}
	n, ok := value(e)
	if !ok {
		return 0, fmt.Errorf("no constant number: %.60s", text)
	}
	return n, nil
}

func value(e ast.Expr) (n int, ok bool) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return value(e.X)
	case *ast.BasicLit:
		n, err := strconv.Atoi(e.Value)
		return n, err == nil && e.Kind == token.INT
	case *ast.UnaryExpr:
		x, ok := value(e.X)
		switch e.Op {
		case token.SUB:
			return -x, ok
		case token.NOT:
			return truth(x == 0), ok
		}
	case *ast.BinaryExpr:
		x, ok1 := value(e.X)
		y, ok2 := value(e.Y)
		if ok1 && ok2 {
			return binary(e.Op, x, y)
		}
	}
	return 0, false
}

func binary(op token.Token, x, y int) (n int, ok bool) {
	switch op {
	case token.ADD:
		return x + y, true
	case token.SUB:
		return x - y, true
	case token.MUL:
		return x * y, true
	case token.QUO:
		if y != 0 {
			return x / y, true
		}
	case token.REM:
		if y != 0 {
			return x % y, true
		}
	case token.EQL:
		return truth(x == y), true
	case token.NEQ:
		return truth(x != y), true
	case token.LSS:
		return truth(x < y), true
	case token.LEQ:
		return truth(x <= y), true
	case token.GTR:
		return truth(x > y), true
	case token.GEQ:
		return truth(x >= y), true
	case token.LAND:
		return truth(x != 0 && y != 0), true
	case token.LOR:
		return truth(x != 0 || y != 0), true
	}
	return 0, false
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
