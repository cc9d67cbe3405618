package org.unrolled.quizzes;
