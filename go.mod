module github.com/shufflegl/shufflegl

go 1.26
