package onnx

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// operator is how nodes of one kind are imported.
type operator struct {
	since       int // the oldest operator set in which it means what run reads
	least, most int // inputs
	run         func(*node)
}

func (op operator) arity() string {
	switch op.most {
	case op.least:
		return fmt.Sprint(op.least)
	case many:
		return fmt.Sprintf("%d or more", op.least)
	}
	return fmt.Sprintf("%d to %d", op.least, op.most)
}

const many = math.MaxInt

// Operators lists the ONNX operators that Load knows, sorted. Some are only
// known where their operands are constant.
func Operators() []string { return slices.Sorted(maps.Keys(operators())) }

// operators is the table of ONNX's operators: what a row's function does not
// read, the node must not have.
func operators() map[string]operator {
	return map[string]operator{
		// convolution and pooling
		"Conv":              {1, 2, 3, importConv},
		"ConvTranspose":     {1, 2, 3, importConvTranspose},
		"MaxPool":           {1, 1, 1, importMaxPool},
		"AveragePool":       {7, 1, 1, importAveragePool},
		"GlobalAveragePool": {1, 1, 1, importGlobalAveragePool},
		"GlobalMaxPool":     {1, 1, 1, importGlobalMaxPool},
		"ReduceMean":        {1, 1, 2, importReduceMean},
		"ReduceSum":         {1, 1, 2, importReduceSum},
		"Pad":               {2, 1, 4, importPad},
		"Resize":            {10, 1, 4, importResize},
		"Upsample":          {7, 1, 2, importUpsample},

		// dense layers
		"Gemm":    {7, 2, 3, importGemm},
		"MatMul":  {1, 2, 2, importMatMul},
		"Softmax": {1, 1, 1, importSoftmax},

		// element by element
		"BatchNormalization":    {7, 5, 5, importBatchNorm},
		"InstanceNormalization": {6, 3, 3, importInstanceNorm},
		"LRN":                   {1, 1, 1, importLRN},
		"Relu":                  {6, 1, 1, importActivation},
		"LeakyRelu":             {6, 1, 1, importActivation},
		"Sigmoid":               {6, 1, 1, importActivation},
		"HardSigmoid":           {6, 1, 1, importActivation},
		"HardSwish":             {14, 1, 1, importActivation},
		"Tanh":                  {6, 1, 1, importActivation},
		"Elu":                   {6, 1, 1, importActivation},
		"Softplus":              {1, 1, 1, importActivation},
		"Exp":                   {6, 1, 1, importActivation},
		"Sqrt":                  {6, 1, 1, importActivation},
		"PRelu":                 {6, 2, 2, importPRelu},
		"Clip":                  {6, 1, 3, importClip},
		"Add":                   {7, 2, 2, importBinary},
		"Sub":                   {7, 2, 2, importBinary},
		"Mul":                   {7, 2, 2, importBinary},
		"Div":                   {7, 2, 2, importBinary},
		"Sum":                   {6, 1, many, importBinary},
		"Max":                   {6, 1, many, importBinary},
		"Min":                   {6, 1, many, importBinary},
		"Pow":                   {7, 2, 2, importPow},
		"Reciprocal":            {6, 1, 1, importReciprocal},
		"Neg":                   {6, 1, 1, importNeg},
		"Abs":                   {6, 1, 1, importAbs},
		"Identity":              {1, 1, 1, importIdentity},
		"Dropout":               {7, 1, 3, importDropout},
		"Cast":                  {6, 1, 1, importCast},

		// moves of elements
		"Reshape":      {5, 2, 2, importReshape},
		"Flatten":      {1, 1, 1, importFlatten},
		"Squeeze":      {1, 1, 2, importSqueeze},
		"Unsqueeze":    {1, 1, 2, importUnsqueeze},
		"Transpose":    {1, 1, 1, importTranspose},
		"Concat":       {4, 1, many, importConcat},
		"Split":        {2, 1, 2, importSplit},
		"Slice":        {1, 1, 5, importSlice},
		"Gather":       {1, 2, 2, importGather},
		"Expand":       {8, 2, 2, importExpand},
		"Tile":         {6, 2, 2, importTile},
		"DepthToSpace": {1, 1, 1, importDepthToSpace},
		"SpaceToDepth": {1, 1, 1, importSpaceToDepth},

		// constants and the arithmetic of shapes
		"Constant":        {1, 0, 0, importConstant},
		"ConstantOfShape": {9, 1, 1, importConstantOfShape},
		"Shape":           {1, 1, 1, importShape},
		"Size":            {1, 1, 1, importSize},
		"Range":           {11, 3, 3, importRange},
		"Where":           {9, 3, 3, importWhere},
		"Mod":             {10, 2, 2, knownBinary},
		"Equal":           {7, 2, 2, knownBinary},
		"Less":            {7, 2, 2, knownBinary},
		"Greater":         {7, 2, 2, knownBinary},
		"And":             {7, 2, 2, knownBinary},
		"Or":              {7, 2, 2, knownBinary},
		"Not":             {1, 1, 1, knownUnary},
		"Floor":           {6, 1, 1, knownUnary},
		"Ceil":            {6, 1, 1, knownUnary},
		"Log":             {6, 1, 1, knownUnary},
	}
}
